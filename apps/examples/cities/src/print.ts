/** Words and numbers for a terminal. */

/** Thousands in groups. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A duration, as exact as it is worth reading. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
}

/** Columns side by side: text to the left, numbers (grouped) to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? count(cell) : cell)));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row, at) =>
    row
      .map((cell, column) => {
        const text = cells[at]?.[column] ?? "";
        return typeof cell === "number"
          ? text.padStart(widths[column] ?? 0)
          : text.padEnd(widths[column] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** A section of the tour: a heading, and what was found, indented. */
export function section(heading: string, lines: readonly string[], ms?: number): string {
  const time = ms === undefined ? "" : `  (${duration(ms)})`;
  return [`\n${heading}${time}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** A result and how long it took. */
export function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const startedAt = performance.now();
  const result = work();
  return { result, ms: performance.now() - startedAt };
}
