/** A difference as people want it: what was expected, the program, the line that repeats it, and a test to paste. */
import type { Difference } from "./compare.ts";
import { describeOutcome } from "./outcome.ts";
import type { Program } from "./program.ts";

/** JSON that can stand between single quotes of any shell. */
export function programText(program: Program): string {
  return JSON.stringify(program).replaceAll("'", "\\u0027");
}

/** The line that plays one program again, in this repository. */
export function replayCommand(program: Program, driver: string): string {
  return `npm run parity -- --drivers ${driver} --replay '${programText(program)}'`;
}

export function pasteableTest(program: Program, { driver, step }: Difference): string {
  return [
    `it(${JSON.stringify(`${driver} answers as the oracle does (${step})`)}, async () => {`,
    `  const program: ParityProgram = ${JSON.stringify(program)};`,
    "  expect(await replayParity({ drivers: [harness], program })).toBeUndefined();",
    "});",
  ].join("\n");
}

/** The whole of it, in some lines. */
export function describeDifference(program: Program, difference: Difference, origin: string): string {
  const { driver, at, step, expected, actual } = difference;
  const steps = program.steps.map((one, position) => `    ${position}  ${JSON.stringify(one)}`);
  return [
    `${driver} differs at step ${at} (${step}) of ${origin}.`,
    `  Expected: ${describeOutcome(expected)}`,
    `  Found:    ${describeOutcome(actual)}`,
    `  Program (integers: "${program.integers}"):`,
    ...steps,
    `  Repeat:   ${replayCommand(program, driver)}`,
    "  As a test:",
    ...pasteableTest(program, difference)
      .split("\n")
      .map((line) => `    ${line}`),
  ].join("\n");
}
