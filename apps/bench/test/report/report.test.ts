import { expect, test } from "vitest";
import { reportRows } from "../../src/report/json.ts";
import { duration, ratioTable, scenarioTable, targetTable } from "../../src/report/table.ts";
import { judge, targetsFor } from "../../src/report/targets.ts";
import type { Outcome } from "../../src/run/measure.ts";
import { figuresOf } from "../../src/run/statistics.ts";
import { scenariosNamed } from "../../src/scenarios/scenarios.ts";
import { betterSqlite } from "../../src/subjects/better-sqlite3.ts";
import { file, memory } from "../../src/subjects/modelvault.ts";
import type { SubjectKind } from "../../src/subjects/subject.ts";
import { zod } from "../../src/subjects/zod.ts";

function outcome(name: string, subject: SubjectKind, ...rates: number[]): Outcome {
  const [scenario] = scenariosNamed(name);
  if (scenario === undefined) throw new Error(name);
  const readings = rates.map((rate) =>
    scenario.measures === "bytes" ? { bytes: rate } : { operations: rate, ms: 1_000 },
  );
  const excluded = scenario.excludes?.(subject);
  return {
    scenario,
    subject,
    rows: 100,
    ...(excluded === undefined ? { figures: figuresOf(readings) } : { excluded }),
  };
}

const gets = [
  outcome("point-get", memory, 900_000, 1_000_000, 1_100_000),
  outcome("point-get", betterSqlite, 200_000, 200_000, 250_000),
  outcome("point-get", zod),
];

test("a scenario's table shows rates, spread, and ours against each peer", () => {
  expect(scenarioTable(gets).trim().split("\n")).toEqual([
    "point-get · a whole row by its primary key, keys in random order · 100 rows",
    "                     gets/s     each   spread  memory is",
    "  memory          1,000,000  1.00 µs  ±10.0 %",
    "  better-sqlite3    200,000  5.00 µs   ±0.0 %     4.50 ×",
    "  without zod: has no database",
  ]);
});

test("a subject that failed is shown with the first line of its reason", () => {
  const [ours, , without] = gets;
  if (ours === undefined || without === undefined) throw new Error("no outcomes");
  const { figures: _, ...rest } = ours;
  expect(scenarioTable([{ ...rest, failed: "row 7 is wrong\n    at somewhere" }, without])).toContain(
    "FAILED: row 7 is wrong\n",
  );
});

test("the closing table has a line per scenario and a column per peer", () => {
  expect(ratioTable(gets)).toContain("point-get          4.50 ×");
  expect(ratioTable(gets.slice(0, 1))).toBe("");
});

test("targets are judged by the ratio, and not at all without figures", () => {
  const targets = judge(targetsFor({ payloadBytes: 95, jsonBytes: 160 }), [
    ...gets,
    outcome("memory-per-row", memory, 300),
  ]);
  const found = targets.filter(({ verdict }) => verdict !== undefined);
  expect(found.map(({ scenario, verdict }) => [scenario, verdict])).toEqual([
    ["point-get", { measured: "4.50 ×", met: false }],
    ["memory-per-row", { measured: "300 B", met: true }],
  ]);
  expect(targetTable(targets)).toContain("MISSED");
  expect(targetTable(targets)).toContain("not measured");
});

test("a cost is flat when the larger database is not much slower", () => {
  const flat = (large: number) =>
    judge(targetsFor({ payloadBytes: 95, jsonBytes: 160 }), [
      outcome("commit-flat-10k", memory, 150),
      outcome("commit-flat-1m", memory, large),
    ])
      .map(({ verdict }) => verdict)
      .find((verdict) => verdict !== undefined);
  expect(flat(100)).toEqual({ measured: "1.50 ×", met: true });
  expect(flat(90)).toMatchObject({ met: false });
});

test("a vault file is held to milliseconds, to its rows as JSON and to the memory store", () => {
  const found = judge(targetsFor({ payloadBytes: 95, jsonBytes: 160 }), [
    outcome("point-get", memory, 100),
    outcome("point-get", file, 91),
    outcome("open-vault", file, 8),
    outcome("open-checkpointed", file, 8),
    outcome("bytes-compacted", file, 200),
    outcome("bytes-loaded", file, 240),
    outcome("memory-per-row", file, 341),
  ]).flatMap(({ scenario, subject, verdict }) =>
    subject === "file" && verdict ? [[scenario, verdict]] : [],
  );
  expect(found).toEqual([
    ["point-get", { measured: "0.91 ×", met: true }],
    ["open-vault", { measured: "125 ms (0.80 M rows/s)", met: true }],
    ["open-checkpointed", { measured: "125 ms (0.80 M rows/s)", met: false }],
    ["bytes-loaded", { measured: "240 B, 1.50 ×", met: false }],
    ["bytes-compacted", { measured: "200 B, 1.25 ×", met: true }],
    ["memory-per-row", { measured: "341 B", met: false }],
  ]);
});

test("a row of the JSON carries figures, spread and the ratios of ours", () => {
  const [ours, theirs, without] = reportRows(gets);
  expect(ours).toMatchObject({
    scenario: "point-get",
    subject: "memory",
    opsPerSecond: 1_000_000,
    medianMs: 0.001,
    bytesPerRow: null,
    spread: { min: 900_000, max: 1_100_000 },
    ratio: { "better-sqlite3": 4.5 },
    rows: 100,
    validates: true,
    durable: false,
  });
  expect(theirs).toMatchObject({ ratio: {}, durable: true });
  expect(without).toMatchObject({ opsPerSecond: null, excluded: "has no database" });
});

test("durations are in the unit that suits them", () => {
  expect([1234.5, 12.345, 0.012345, 0.000012345].map(duration)).toEqual([
    "1.23 s",
    "12.3 ms",
    "12.3 µs",
    "12.3 ns",
  ]);
});
