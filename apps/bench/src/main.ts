/** The bench as a program: installs the peers, measures, prints tables, and writes the JSON that was asked for. */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { loadCities } from "./data/cities.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { HELP, type Options, parseOptions, UsageError } from "./options.ts";
import { payloadBytesPerRow } from "./payload.ts";
import { installPeers } from "./peers.ts";
import { type Report, reportRows, targetRows } from "./report/json.ts";
import { ratioTable, scenarioTable, targetTable } from "./report/table.ts";
import { judge, targetsFor } from "./report/targets.ts";
import { measure } from "./run/measure.ts";
import { Seat } from "./run/seat.ts";
import { FULL, QUICK } from "./scenarios/sizes.ts";
import type { SubjectKind } from "./subjects/subject.ts";
import { measureTypeChecks } from "./type-check/type-check.ts";
import { compareWithUpstream } from "./upstream/compare.ts";

async function main(options: Options): Promise<number> {
  const node = nodeProgram(options.node);
  if (options.subjects.some(({ ours }) => !ours)) {
    const problem = installPeers(node.path, node.version);
    if (problem !== undefined) console.error(`${problem}\nGoing on without what is not there.\n`);
  }
  const { present, versions } = await probe(options.subjects, node.path);
  const sizes = options.quick ? QUICK : FULL;
  const machine = describeMachine(node.version, { modelvault: ownVersion(), ...versions });
  console.log(`\n${machineLines(machine)}`);
  console.log(
    `Median of ${options.rounds} interleaved rounds, a process per subject; ± is the median deviation.`,
  );
  if (options.cpu)
    console.log("Processor time of each subject's process, all threads; waiting for the disk is not in it.");
  if (options.quick) console.log("A quick run: little data, short rounds; the figures mean nothing.");

  const { profile } = options;
  const flags = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${resolve(profile)}`];
  const started = performance.now();
  const outcomes = await measure(
    {
      subjects: present,
      scenarios: options.scenarios,
      sizes,
      rounds: options.rounds,
      cpu: options.cpu,
      seat: () => new Seat(node.path, flags),
      progress,
    },
    (results) => {
      progress("");
      if (results.some(({ excluded }) => excluded === undefined)) console.log(scenarioTable(results));
    },
  );
  if (options.typeCheck) await measureTypeChecks(options.quick, (line) => console.log(line));
  const sample = loadCities(5_000);
  const payload = payloadBytesPerRow(sample);
  const jsonBytes =
    sample.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0) / sample.length;
  const targets = judge(targetsFor({ payloadBytes: payload, jsonBytes }), outcomes).filter(
    ({ scenario, subject }) =>
      options.scenarios.some(({ name }) => name === scenario) && present.some(({ name }) => name === subject),
  );
  console.log(ratioTable(outcomes));
  if (targets.length > 0) console.log(targetTable(targets));
  console.log(`\n${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
  if (options.json !== undefined) {
    const report: Report = {
      machine,
      quick: options.quick,
      clock: options.cpu ? "processor" : "wall",
      rounds: options.rounds,
      payloadBytesPerRow: payload,
      rows: reportRows(outcomes),
      targets: targetRows(targets),
    };
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  // A target that is missed is a result; a subject of ours that fails is an error.
  return outcomes.some(({ subject, failed }) => subject.ours && failed !== undefined) ? 1 : 0;
}

/** Asks each subject in a process of its own whether it can take part: what is missing, or crashes, is said and left out. */
async function probe(
  subjects: readonly SubjectKind[],
  node: string,
): Promise<{ present: SubjectKind[]; versions: Record<string, string> }> {
  const present: SubjectKind[] = [];
  const versions: Record<string, string> = {};
  for (const kind of subjects) {
    if (kind.missing !== undefined) {
      console.log(`${kind.name} is missing: ${kind.missing}`);
      continue;
    }
    const seat = new Seat(node);
    try {
      Object.assign(versions, await seat.ask({ ask: "probe", subject: kind.name }));
      present.push(kind);
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      console.log(`${kind.name} is missing: ${reason}`);
    } finally {
      await seat.close();
    }
  }
  return { present, versions };
}

/** @throws UsageError when there is no such Node */
function nodeProgram(wanted: string | undefined): { path: string; version: string } {
  if (wanted === undefined) return { path: process.execPath, version: process.version };
  const print = ["-p", "process.execPath + '\\n' + process.version"];
  const shell = process.platform === "win32";
  const result = existsSync(wanted)
    ? spawnSync(wanted, print, { encoding: "utf8" })
    : spawnSync("npx", ["--yes", `node@${wanted}`, ...print], { encoding: "utf8", shell });
  const [path, version] = (result.stdout ?? "").trim().split("\n");
  if (path === undefined || version === undefined)
    throw new UsageError(`There is no Node "${wanted}" to be had.`);
  return { path, version };
}

function ownVersion(): string {
  const { stdout } = spawnSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" });
  return (stdout ?? "").trim() || "from no repository";
}

/** Says what is going on, on a terminal only, in a line that the next one replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else if (options.upstream) process.exitCode = await compareWithUpstream(options.quick, options.json);
  else process.exitCode = await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
