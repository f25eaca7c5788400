// Runs the tests of every package, app and tool in one vitest run, then prints their sum, package by package.
// The numbers come from vitest's JSON report (.cache/vitest.json), which .ci/run reads too. Arguments are handed
// to vitest: `npm test -- packages/core/test/keys` runs one room.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const reportPath = join(root, ".cache", "vitest.json");

/** @typedef {{ passed: number, failed: number }} Sum */
/** @typedef {{ name: string, status: string, assertionResults: { status: string }[] }} FileReport */

/**
 * Adds up a vitest report. A test that did not run (skipped, todo) counts as failed, as does a file that could not
 * be loaded, and a run that vitest calls unsuccessful for any other reason (an unhandled rejection, say).
 * @param {{ success: boolean, testResults: FileReport[] }} report
 * @param {string} base the folder that group names are relative to
 * @returns {{ total: Sum, groups: Map<string, Sum> }}
 */
export function sumReport(report, base) {
  const total = { passed: 0, failed: 0 };
  /** @type {Map<string, Sum>} */
  const groups = new Map();
  for (const file of report.testResults) {
    const parts = relative(base, file.name).split(sep);
    const name = parts.slice(0, Math.max(1, parts.indexOf("test"))).join("/");
    const group = groups.get(name) ?? { passed: 0, failed: 0 };
    groups.set(name, group);
    const passed = file.assertionResults.filter((test) => test.status === "passed").length;
    let failed = file.assertionResults.length - passed;
    if (failed === 0 && file.status !== "passed") failed = 1;
    group.passed += passed;
    group.failed += failed;
    total.passed += passed;
    total.failed += failed;
  }
  if (!report.success && total.failed === 0) total.failed = 1;
  return { total, groups };
}

/** @returns {ReturnType<typeof sumReport> | undefined} undefined when there is no report, or not a whole one */
export function readSum() {
  if (!existsSync(reportPath)) return undefined;
  try {
    return sumReport(JSON.parse(readFileSync(reportPath, "utf8")), root);
  } catch {
    return undefined;
  }
}

/** @param {readonly string[]} args */
function main(args) {
  mkdirSync(dirname(reportPath), { recursive: true });
  rmSync(reportPath, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
  const { status } = spawnSync(process.execPath, [vitest, "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  const sum = readSum();
  if (!sum) {
    console.error("vitest left no report, so nothing is known to have passed");
    return 1;
  }
  for (const [name, { passed, failed }] of [...sum.groups].sort()) {
    console.log(`  ${name.padEnd(24)} ${passed} passed${failed > 0 ? `, ${failed} failed` : ""}`);
  }
  console.log(`tests: ${sum.total.passed} passed, ${sum.total.failed} failed`);
  if (sum.total.passed === 0) return 1;
  return status !== 0 || sum.total.failed > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2));
}
