/** A whole plan in words. */
import type { PlanData } from "./plan-data.ts";
import { type Safety, type Step, worstSafety } from "./step.ts";
import { blockerOf, counted, passesWhenEmpty, stepText } from "./step-text.ts";
import { unusedText } from "./unused.ts";

const MEANING: Readonly<Record<Safety, string>> = {
  safe: "no stored row is changed",
  data: "stored rows are checked or rewritten, none is lost",
  loss: "stored values are dropped",
};

const HASH_SHOWN = 12;

/** The first characters of a hash, as people compare them. */
export function shortHash(hash: string): string {
  return hash.slice(0, HASH_SHOWN);
}

/** `steps`: lines to stand below a step, by its position. */
export function planText(plan: PlanData, notes: ReadonlyMap<number, readonly string[]> = new Map()): string {
  const lines = [headline(plan)];
  plan.steps.forEach((step, at) => {
    lines.push(`  ${stepText(step)}`, ...(notes.get(at) ?? []).map((note) => `      ${note}`));
    const advice = blockerOf(step);
    if (advice !== undefined) lines.push(`      not yet: ${advice}`);
  });
  return [...lines, ...remarks(plan)].join("\n");
}

/** The same as a heading and a list. */
export function planMarkdown(plan: PlanData): string {
  const lines = [`**${headline(plan)}**`];
  if (plan.steps.length > 0) lines.push("", "```diff", ...plan.steps.map(diffLine), "```");
  const blocked = plan.steps.flatMap((step) => blockerOf(step) ?? []);
  if (blocked.length > 0)
    lines.push("", "Cannot be applied yet:", "", ...blocked.map((advice) => `- ${advice}`));
  for (const remark of remarks(plan)) lines.push("", remark);
  return lines.join("\n");
}

function headline(plan: PlanData): string {
  if (plan.steps.length === 0) return "Nothing to do: the vault is as the models say.";
  const hash = shortHash(plan.hash);
  const steps = counted(plan.steps.length, "step");
  if (plan.reverts !== undefined)
    return `Revert of migration ${plan.reverts} (plan ${shortHash(plan.revertedHash ?? plan.hash)}): ${steps}, every row says what it said before.`;
  return `Plan ${hash}: ${steps}, ${blockedText(plan.steps)}${MEANING[worstSafety(plan.steps)]}.`;
}

function blockedText(steps: readonly Step[]): string {
  const blocked = steps.filter((step) => blockerOf(step) !== undefined);
  if (blocked.length === 0) return "";
  const which = steps.length === 1 ? "" : `${blocked.length} of them `;
  return `${which}blocked${blocked.every(passesWhenEmpty) ? " while there are rows" : ""}: `;
}

/** What the plan does not do. */
function remarks({ leftAlone, unused = [] }: PlanData): string[] {
  const left = leftAlone.length === 0 ? [] : [`Left alone, as no model names them: ${leftAlone.join(", ")}.`];
  return [...left, ...unused.map(unusedText)];
}

/** The signs of the terminal. What is in the way says so in words as well. */
function diffLine(step: Step): string {
  return `${stepText(step)}${blockerOf(step) === undefined ? "" : " (not yet)"}`;
}
