/** The tables that a person reads. Plain text, one line per subject, ratios from the side of ours. */
import type { Outcome } from "../run/measure.ts";
import { comparison } from "../run/statistics.ts";
import { OTHER_SURFACE } from "../scenarios/scenario.ts";
import type { JudgedTarget } from "./targets.ts";

/** One scenario: every subject, and how many times faster (or smaller) each of ours is. */
export function scenarioTable(outcomes: readonly Outcome[]): string {
  const [first] = outcomes;
  if (first === undefined) return "";
  const { name, about, unit, measures, comparesBy } = first.scenario;
  const rate = measures === "rate";
  const ours = outcomes.filter(({ subject, figures }) => subject.ours && figures !== undefined);
  const titles = rate ? [`${unit}/s`, "each"] : [measures === "bytes" ? "bytes/row" : `ms, ${unit}`, ""];
  const head = ["", ...titles, "spread", ...ours.map(({ subject }) => `${subject.name} is`), ""];
  const taking = outcomes.filter(({ excluded }) => excluded === undefined);
  const lines = taking.map((outcome) => {
    const { figures, subject, failed } = outcome;
    if (figures === undefined)
      return [subject.name, "–", "", "", ...ours.map(() => ""), `FAILED: ${firstLine(failed)}`];
    const ratios = ours.map((mine) => (subject.ours ? "" : times(comparison(mine, outcome))));
    const each = rate ? duration(1_000 / figures.value) : "";
    const note = comparesBy !== undefined && !subject[comparesBy] ? `not ${comparesBy}` : "";
    return [subject.name, grouped(figures.value), each, spread(figures.deviation), ...ratios, note];
  });
  const rows = first.rows > 0 ? ` · ${grouped(first.rows)} rows` : "";
  const reasons = new Set(outcomes.flatMap(({ excluded }) => excluded ?? []));
  reasons.delete(OTHER_SURFACE);
  const without = [...reasons].map((reason) => {
    const absent = outcomes.filter(({ excluded }) => excluded === reason).map(({ subject }) => subject.name);
    return `\n  without ${absent.join(", ")}: ${reason}`;
  });
  return `\n${name} · ${about}${rows}\n${layOut([head, ...lines])}${without.join("")}`;
}

/** All targets and whether they were met. */
export function targetTable(targets: readonly JudgedTarget[]): string {
  const lines = targets.map(({ scenario, subject, wanted, verdict }) => {
    const result = verdict === undefined ? "not measured" : verdict.met ? "met" : "MISSED";
    return [scenario, subject, wanted, verdict?.measured ?? "–", result];
  });
  return `\nTargets\n${layOut([["", "", "wanted", "measured", ""], ...lines])}`;
}

/** Ratios of ours against each peer: one line per scenario. */
export function ratioTable(outcomes: readonly Outcome[]): string {
  const measured = outcomes.filter(({ figures }) => figures !== undefined);
  const subjects = [...new Set(measured.map(({ subject }) => subject))];
  const peers = subjects.filter(({ ours }) => !ours);
  if (peers.length === 0) return "";
  const parts = subjects
    .filter(({ ours }) => ours)
    .map((mine) => {
      const rows = measured
        .filter(({ subject }) => subject === mine)
        .map((outcome) => {
          const cells = peers.map((peer) => {
            const theirs = measured.find(
              (each) => each.scenario === outcome.scenario && each.subject === peer,
            );
            return theirs === undefined ? "–" : times(comparison(outcome, theirs));
          });
          return [outcome.scenario.name, ...cells, ""];
        })
        .filter((cells) => cells.some((cell) => cell.endsWith("×")));
      // Peers of the other surface have no figure at all.
      const shown = peers.map((_, at) => rows.some((cells) => cells[at + 1]?.endsWith("×")));
      const lines = [["", ...peers.map(({ name }) => name), ""], ...rows].map((cells) =>
        cells.filter((_, at) => shown[at - 1] ?? true),
      );
      if (rows.length === 0) return "";
      const title = `\n${mine.name} against (times faster, or smaller; below 1 the peer is ahead)`;
      return `${title}\n${layOut(lines)}`;
    });
  return parts.filter((part) => part !== "").join("\n");
}

/** Columns as wide as their widest cell; the first and the last to the left, the others to the right. */
export function layOut(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => (column === columns - 1 ? 0 : (line[column]?.length ?? 0)))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 || column === columns - 1 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join("\n");
}

export function grouped(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

/** Milliseconds in the unit that suits them. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`;
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  return ms >= 0.001 ? `${(ms * 1_000).toPrecision(3)} µs` : `${(ms * 1e6).toPrecision(3)} ns`;
}

function times(ratio: number | undefined): string {
  if (ratio === undefined) return "–";
  return `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)} ×`;
}

function firstLine(text: string | undefined): string {
  return text?.split("\n")[0] ?? "for an unknown reason";
}

function spread(deviation: number): string {
  return `±${(deviation * 100).toFixed(1)} %`;
}
