/** Rows, keys and changes of rows for programs: mostly what fits a schema, now and then what must be refused. */
import type { Random } from "../../bytes/random.ts";
import type { Change, Literal, Step } from "../program.ts";
import { bare, type PaletteKind, type SchemaPlan } from "./schemas.ts";
import type { Palette } from "./values.ts";

export class RowMaker {
  readonly #random: Random;
  readonly #palette: Palette;

  constructor(random: Random, palette: Palette) {
    this.#random = random;
    this.#palette = palette;
  }

  /** A key that a row may have, now and then something else. */
  key(schema: SchemaPlan): Literal {
    const [key] = schema.fields;
    if (this.#random.below(25) === 0 || key === undefined) return this.#palette.stranger();
    return this.#palette.key(key.type.is as PaletteKind);
  }

  /** A row; without `mistakes` one that mostly fits. */
  row(schema: SchemaPlan, mistakes: boolean): Literal {
    const random = this.#random;
    if (mistakes && random.below(40) === 0) return this.#palette.stranger();
    const row: Record<string, Literal> = {};
    for (const field of schema.fields) {
      const value =
        field.path[0] === "id" ? this.#palette.key(field.type.is as PaletteKind) : this.#palette.value(field);
      if (field.default !== undefined && random.below(3) === 0) continue;
      if (random.below(40) > 0 || (!mistakes && bare(field.type) === field.type))
        place(row, field.path, value);
    }
    if (mistakes && random.below(12) === 0) {
      const names = [...Object.keys(row), "extra", "id"];
      row[random.pick(names)] = this.#palette.stranger();
    }
    return { $o: row };
  }

  /** A change; `step` makes something that its function does besides, where it may. */
  change(schema: SchemaPlan, step: (() => Step) | undefined): Change {
    const random = this.#random;
    const roll = random.below(20);
    if (roll === 0) return { patch: this.#palette.stranger() };
    if (roll === 1)
      return { give: random.below(2) === 0 ? this.#palette.stranger() : this.row(schema, true) };
    if (roll === 2) return { call: random.pick(["throws", "promise"] as const) };
    const set: Record<string, Literal> = {};
    const [, ...others] = schema.fields;
    for (const field of random.shuffle(others).slice(0, 1 + random.below(2))) {
      const value = random.below(10) === 0 ? this.#palette.stranger() : this.#palette.value(field);
      place(set, field.path, roll < 12 ? this.#partOf(value) : value);
    }
    if (random.below(25) === 0) set.id = this.key(schema);
    if (roll < 12) return { patch: { $o: set } };
    if (roll > 17 && step !== undefined) return { set, run: [step()] };
    return roll === 17 && others.length > 0
      ? { set: {}, drop: [random.pick(others).path[0] as string] }
      : { set };
  }

  /** Of an object now and then only some members, for a patch to be merged. */
  #partOf(value: Literal): Literal {
    if (typeof value !== "object" || value === null || !("$o" in value)) return value;
    const members = Object.entries(value.$o).filter(() => this.#random.below(2) === 0);
    return { $o: Object.fromEntries(members) };
  }
}

/** Puts a value at a path of an object of literals. */
function place(row: Record<string, Literal>, path: readonly string[], value: Literal): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    row[name] = value;
    return;
  }
  const inner = row[name];
  const members =
    typeof inner === "object" && inner !== null && "$o" in inner
      ? { ...inner.$o }
      : ({} as Record<string, Literal>);
  place(members, rest, value);
  row[name] = { $o: members };
}
