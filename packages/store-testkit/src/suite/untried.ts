/** Which checks a harness leaves untried, and what it would have to offer for each: what a green suite has not said. */
import { checkHarness } from "../harness/check-harness.ts";
import type { StoreHarness } from "../harness/harness.ts";
import { allChecks } from "./all-checks.ts";
import type { Check, Facts } from "./check.ts";
import { factsOf } from "./conformance.ts";

/** A check that is not made of a driver. */
export interface UntriedCheck {
  readonly section: string;
  readonly name: string;
  /** The sentences of the contract that it would hold the driver to. */
  readonly promises: readonly string[];
  /** The members that the harness would have to have. Empty: what the driver is, or can do, leaves no room for the check. */
  readonly needs: readonly OptionalMember[];
}

type OptionalMember =
  | "openElsewhere"
  | "readOnly"
  | "failNextWrite"
  | "failNextSync"
  | "crash"
  | "newCopyTarget"
  | "openBytes"
  | "driver"
  | "importModule";

const MEMBERS: readonly OptionalMember[] = [
  "openElsewhere",
  "readOnly",
  "failNextWrite",
  "failNextSync",
  "crash",
  "newCopyTarget",
  "openBytes",
  "driver",
  "importModule",
];

/**
 * The checks that `runConformance` and `storeConformance` do not make of a driver.
 *
 * @throws argument_invalid when the harness is not what it should be; what opening a store throws
 * @example
 * for (const { name, needs } of untriedChecks(harness)) if (needs.length > 0) console.log(`${name}: needs ${needs.join(", ")}`);
 */
export function untriedChecks(harness: StoreHarness): UntriedCheck[] {
  checkHarness(harness);
  const facts = factsOf(harness);
  return allChecks
    .filter(({ applies }) => applies?.(facts) === false)
    .map(({ section, name, promises, applies }) => ({
      section,
      name,
      promises,
      needs: needsOf(applies, facts),
    }));
}

/** The fewest members that make room for a check: all that are missing, less those it can do without. */
function needsOf(applies: Check["applies"], facts: Facts): readonly OptionalMember[] {
  const missing = MEMBERS.filter((member) => facts.harness[member] === undefined);
  const roomWith = (members: readonly OptionalMember[]): boolean =>
    applies?.({ ...facts, harness: withMembers(facts.harness, members) }) !== false;
  if (!roomWith(missing)) return [];
  return missing.reduce<readonly OptionalMember[]>((needs, member) => {
    const fewer = needs.filter((each) => each !== member);
    const alone = member === "importModule" && needs.includes("driver"); // which is refused without it
    return roomWith(fewer) && !alone ? fewer : needs;
  }, missing);
}

/** A harness that seems to have these members. It is asked, never run. */
function withMembers(harness: StoreHarness, members: readonly OptionalMember[]): StoreHarness {
  const seeming = Object.create(harness) as StoreHarness;
  for (const member of members)
    Object.defineProperty(seeming, member, { value: member === "readOnly" ? true : () => undefined });
  return seeming;
}
