/** Plans from JSON: read back, checked for being whole, and given the functions and models that JSON cannot hold. */
import { ModelVaultError } from "@modelvault/core";
import type { RowSources } from "../rows/row-change.ts";
import { decodeExact } from "./exact-json.ts";
import { Plan } from "./plan.ts";
import { type PlanData, sealPlan } from "./plan-data.ts";
import { checkKeys, checkModelList, checkRowFunctions } from "./plan-options.ts";
import { isPlanShaped } from "./plan-shape.ts";

/**
 * The plan that `JSON.stringify(plan)` wrote, as text or as parsed JSON.
 *
 * @param sources models and functions that steps of it refer to; `apply` takes them as well
 * @throws plan_invalid when it is no plan, or was changed since it was made
 */
export function planFromJson(json: unknown, sources: RowSources = {}): Plan {
  checkRowFunctions(checkKeys("sources", sources, ["convert", "fill", "models", "rewrite"]));
  if (sources.models !== undefined) checkModelList("sources.models", sources.models);
  return new Plan(readData(json), sources);
}

function readData(json: unknown): PlanData {
  const data = typeof json === "string" ? parse(json) : decode(json);
  const format = (data as { readonly format?: unknown } | null | undefined)?.format;
  if (typeof format === "number" && format !== 1)
    throw planInvalid(`it has the format ${format}, which this version does not know`);
  if (format !== 1 || !isPlanShaped(data))
    throw planInvalid("parts of a plan are missing, or are not what they should be");
  const { format: _format, hash, ...rest } = data;
  const sealed = sealPlan(rest);
  if (sealed.hash !== hash)
    throw planInvalid("its hash is not that of its contents, so it was changed after it was made");
  return sealed;
}

function parse(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelVaultError("plan_invalid", "The text is not the JSON of a plan.", {}, { cause });
  }
  return decode(json);
}

function decode(json: unknown): unknown {
  try {
    return decodeExact(json);
  } catch (cause) {
    throw new ModelVaultError("plan_invalid", "This is not the JSON of a plan.", {}, { cause });
  }
}

function planInvalid(reason: string): ModelVaultError {
  return new ModelVaultError("plan_invalid", `This is not a plan that can be used: ${reason}.`, { reason });
}
