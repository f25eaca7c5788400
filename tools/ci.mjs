// The steps of .ci/run. A step that fails does not stop the next, so that one run reports everything.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNames } from "./check-names.mjs";
import { readSum, reportPath } from "./tests.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {{ name: string, args: readonly string[] }[]} */
const steps = [
  { name: "lint", args: ["tools/bootstrap.mjs", "lint"] },
  { name: "types", args: ["tools/bootstrap.mjs", "types"] },
  ...checkNames.map((check) => ({ name: `check ${check}`, args: ["tools/check.mjs", check] })),
  // Upstream's own engine against our files, both ways; it installs upstream, or says loudly that it cannot.
  { name: "interop", args: ["tools/interop/interop.mjs"] },
];

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {boolean} whether it succeeded
 */
function step(name, args) {
  console.log(`\n=== ${name}`);
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`=== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  return status === 0;
}

rmSync(reportPath, { force: true });
const tested = step("tests", ["tools/bootstrap.mjs", "test"]);
const tests = readSum()?.total ?? { passed: 0, failed: 1 };
const sum = { passed: tests.passed, failed: tests.failed };
if (!tested && sum.failed === 0) sum.failed = 1;

const failures = tested ? [] : ["tests"];
for (const { name, args } of steps) {
  if (step(name, args)) sum.passed += 1;
  else {
    sum.failed += 1;
    failures.push(name);
  }
}

console.log(failures.length === 0 ? "\nall steps passed" : `\nfailed: ${failures.join(", ")}`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 || tests.passed === 0 ? 1 : 0;
