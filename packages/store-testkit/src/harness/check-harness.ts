/** Refuses a harness that could only fail later, in the middle of a run, with a message about something else. */
import { ModelVaultError } from "@modelvault/core";
import type { StoreHarness } from "./harness.ts";

const members: Readonly<Record<keyof StoreHarness, string>> = {
  name: "string",
  newLocation: "function",
  open: "function",
  dispose: "function",
  openElsewhere: "function",
  readOnly: "boolean",
  failNextWrite: "function",
  failNextSync: "function",
  crash: "function",
  newCopyTarget: "function",
  openBytes: "function",
  driver: "function",
  importModule: "function",
};
const required: readonly string[] = ["name", "newLocation", "open", "dispose"];

/** @throws argument_invalid naming the member that is missing, of a wrong type, or unknown */
export function checkHarness(harness: StoreHarness): void {
  const given: Readonly<Record<string, unknown>> = { ...harness };
  for (const [member, type] of Object.entries(members)) {
    // A member may also be inherited, of a harness that is an object of a class.
    const value: unknown = Reflect.get(harness, member);
    if (value === undefined && !required.includes(member)) continue;
    if (typeof value !== type)
      refuse(member, `must be a ${type}, but it is ${value === undefined ? "missing" : `a ${typeof value}`}`);
  }
  for (const [member, value] of Object.entries(given)) {
    // A misspelt hook would leave its checks unmade; state that a harness keeps is its own affair.
    if (typeof value === "function" && !Object.hasOwn(members, member))
      refuse(member, `is unknown; a harness may have ${Object.keys(members).join(", ")}`);
  }
  if (harness.driver !== undefined && harness.importModule === undefined) {
    refuse("importModule", "is missing, but needed with driver: (url) => import(url)");
  }
}

function refuse(member: string, problem: string): never {
  throw new ModelVaultError("argument_invalid", `The member ${member} of the harness ${problem}.`, {
    argument: `harness.${member}`,
  });
}
