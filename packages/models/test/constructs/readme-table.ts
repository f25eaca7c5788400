/** The table of the README as data, and what the engine has as the table says it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FieldDescriptor, TypeDescriptor } from "@modelvault/core";
import { LIBRARIES, type Library } from "./libraries.ts";

export interface Construct {
  readonly what: string;
  /** Expressions by library; a library without one is not named. */
  readonly code: ReadonlyMap<Library, string>;
  readonly engine: string;
  readonly onlyThroughModel: string;
}

export function readTable(): readonly Construct[] {
  const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8");
  const lines = readme.split("\n");
  const first = lines.findIndex((line) => line.startsWith("| What | Zod |"));
  const rows: Construct[] = [];
  for (const line of lines.slice(first + 2)) {
    if (!line.startsWith("|")) break;
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
    const [what = "", ...others] = cells;
    const code = new Map<Library, string>();
    for (const [position, library] of LIBRARIES.entries()) {
      const cell = others[position] ?? "";
      if (cell !== "") code.set(library, cell.slice(1, -1));
    }
    rows.push({ what, code, engine: others[4] ?? "", onlyThroughModel: others[5] ?? "" });
  }
  return rows;
}

/** A field as the table spells it. */
export function spellField({ type, constraints = [], ...rest }: FieldDescriptor): string {
  const rules = constraints.map((constraint) => {
    const [[name, value] = []] = Object.entries(constraint);
    return `${name} ${String(value)}`;
  });
  const filled = "default" in rest ? [`default ${JSON.stringify(rest.default)}`] : [];
  return [spellType(type), ...rules, ...filled].join(", ");
}

function spellType(type: TypeDescriptor): string {
  if (typeof type === "string") return type;
  if ("optional" in type) return `optional ${spellType(type.optional)}`;
  if ("list" in type) return `list of ${spellType(type.list)}`;
  if ("enum" in type) return `enum ${type.enum.map((text) => JSON.stringify(text)).join(" ")}`;
  return `object { ${type.object.map(({ path, type: inner }) => `${String(path)}: ${spellType(inner)}`).join(", ")} }`;
}
