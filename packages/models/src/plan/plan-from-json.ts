/** Plans from JSON: read back, checked for being whole, and given the functions and models that JSON cannot hold. */
import { ModelVaultError } from "@modelvault/core";
import type { RowSources } from "../rows/row-change.ts";
import { decodeExact } from "./exact-json.ts";
import { Plan } from "./plan.ts";
import { type PlanData, sealPlan } from "./plan-data.ts";
import { checkKeys, checkRowFunctions } from "./plan-options.ts";

/**
 * The plan that `JSON.stringify(plan)` wrote, as text or as parsed JSON.
 *
 * @param sources models and functions that steps of it refer to; `apply` takes them as well
 * @throws plan_invalid when it is no plan, or was changed since it was made
 */
export function planFromJson(json: unknown, sources: RowSources = {}): Plan {
  checkRowFunctions(checkKeys("sources", sources, ["convert", "fill", "models", "rewrite"]));
  return new Plan(readData(json), sources);
}

function readData(json: unknown): PlanData {
  const data = typeof json === "string" ? parse(json) : decode(json);
  if (!isPlanShaped(data)) throw planInvalid("it lacks parts of a plan");
  if (data.format !== 1)
    throw planInvalid(`it has the format ${String(data.format)}, which this version does not know`);
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

function isPlanShaped(data: unknown): data is PlanData {
  if (typeof data !== "object" || data === null) return false;
  const { hash, base, target, concerns, changes, steps, leftAlone } = data as Partial<PlanData>;
  return (
    [hash, base, target].every((text) => typeof text === "string") &&
    [concerns, changes, steps, leftAlone].every((list) => Array.isArray(list))
  );
}

function planInvalid(reason: string): ModelVaultError {
  return new ModelVaultError("plan_invalid", `This is not a plan that can be used: ${reason}.`, { reason });
}
