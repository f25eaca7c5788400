// What a vault should hold, kept beside it, and both engines held to it.
import { Random, randomType, randomValue } from "./random.mjs";
import { rowText, typedText, untyped, untypedRow, valueText } from "./typed.mjs";

/** @typedef {import("./typed.mjs").Typed} Typed */
/** @typedef {import("./random.mjs").Field} Field */
/** @typedef {Readonly<Record<string, Typed>>} TypedRow */
/** @typedef {{ op: "put", row: TypedRow } | { op: "delete", key: Typed }} Step */

/** @param {boolean} condition @param {string} sentence */
export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

export class ModelCollection {
  /** @type {Map<string, TypedRow>} */
  rows = new Map();

  /** @param {string} name @param {{ primary: string, fields: Field[], indexes: import("./random.mjs").Index[] }} schema */
  constructor(name, schema) {
    this.name = name;
    /** What upstream calls it: the name it was created under, as far as that was free. @type {string | undefined} */
    this.theirName = undefined;
    this.primary = schema.primary;
    this.fields = schema.fields;
    this.indexes = schema.indexes;
  }

  get nested() {
    return this.fields.some(({ path }) => path.length > 1);
  }

  get keyType() {
    return this.fields.find(({ path }) => path.length === 1 && path[0] === this.primary)?.type;
  }

  /** A row that fits, and whose unique value no other row holds. @param {Random} random @returns {TypedRow} */
  randomRow(random) {
    /** @type {Record<string, any>} */
    const row = {};
    for (const { path, type } of this.fields) {
      /** @type {Record<string, any>} */
      let target = row;
      for (const segment of path.slice(0, -1)) {
        target[segment] ??= { object: {} };
        target = target[segment].object;
      }
      let value = randomValue(random, type);
      while (
        path[0] === this.primary &&
        value !== null &&
        "float64" in value &&
        /^[7f]ff/.test(value.float64)
      )
        value = randomValue(random, type);
      target[/** @type {string} */ (path.at(-1))] = value;
    }
    const key = keyText(row[this.primary]);
    const taken = [...this.rows].some(
      ([other, { u }]) => other !== key && u != null && typedText(u) === typedText(row.u ?? null),
    );
    if (taken) row.u = null;
    return row;
  }

  /** Steps that are valid one after another; the model takes them at once. @param {Random} random @param {number} count @returns {Step[]} */
  randomSteps(random, count) {
    /** @type {Step[]} */
    const steps = [];
    for (let at = 0; at < count; at++) {
      if (this.rows.size > 0 && random.chance(0.3)) {
        const [text, row] = random.pick([...this.rows]);
        this.rows.delete(text);
        steps.push({ op: "delete", key: row[this.primary] ?? null });
      } else {
        const row = this.randomRow(random);
        this.rows.set(keyText(row[this.primary]), row);
        steps.push({ op: "put", row });
      }
    }
    return steps;
  }

  /** Adds an optional field. @param {Random} random */
  grow(random) {
    const field = {
      path: [`g${this.fields.length}`],
      type: { optional: this.nested ? "string" : randomType(random, 2) },
    };
    this.fields = [...this.fields, field];
  }

  get texts() {
    return [...this.rows.values()].map(rowText).sort();
  }

  /** @param {string[]} path @param {Typed} value @returns {string[]} key texts of the rows with this value */
  where(path, value) {
    const wanted = keyText(value);
    return [...this.rows.values()]
      .filter((row) => keyText(at(row, path)) === wanted)
      .map((row) => keyText(row[this.primary]))
      .sort();
  }

  /** A value that an index holds, or one it may not hold. @param {Random} random @param {string[]} path @returns {Typed} */
  someValue(random, path) {
    const values = [...this.rows.values()]
      .map((row) => at(row, path))
      .filter((value) => value !== null && !isNaNValue(value));
    return values.length === 0 ? null : random.pick(values);
  }
}

/** @param {TypedRow} row @param {string[]} path @returns {Typed} */
export function at(row, path) {
  let value = /** @type {Typed} */ ({ object: row });
  for (const segment of path) value = value?.object?.[segment] ?? null;
  return value;
}

/** As text, minus zero as plus zero. @param {Typed | undefined} value */
export function keyText(value) {
  const text = typedText(value ?? null);
  return text === "f:8000000000000000" ? "f:0000000000000000" : text;
}

/** @param {Typed} value */
function isNaNValue(value) {
  return value !== null && "float64" in value && /^[7f]ff[^0]/.test(value.float64);
}

/** Holds our engine to a model. @param {import("@modelvault/core").Database} db @param {ModelCollection} model @param {Random} random */
export function checkOurs(db, model, random) {
  const rows = db.collection(model.name).all().map(valueText).sort();
  expect(
    rows.join("\n") === model.texts.join("\n"),
    `we read ${model.name} as\n${rows.join("\n")}\nnot as\n${model.texts.join("\n")}`,
  );
  for (const { path, name } of model.indexes) {
    const value = model.someValue(random, path);
    if (value === null) continue;
    const found = db.collection(model.name).where(path, "=", untyped(value)).all();
    const keys = found.map((row) => keyText2(row[model.primary])).sort();
    expect(
      keys.join() === model.where(path, value).join(),
      `our index ${name} of ${model.name} gives ${keys.join()} for ${typedText(value)}`,
    );
  }
}

/** @param {any} value */
function keyText2(value) {
  const text = valueText(value);
  return text === "f:8000000000000000" ? "f:0000000000000000" : text;
}

/** Holds upstream to a model. @param {import("./upstream.mjs").Upstream} upstream @param {ModelCollection} model @param {Random} random */
export async function checkTheirs(upstream, model, random) {
  const dump = await upstream.call("dump", { name: model.theirName, fields: model.fields });
  const rows = dump.map(rowText).sort();
  expect(
    rows.join("\n") === model.texts.join("\n"),
    `upstream reads ${model.name} as\n${rows.join("\n")}\nnot as\n${model.texts.join("\n")}`,
  );
  for (const { path, name } of model.indexes) {
    const value = model.someValue(random, path);
    if (value === null || "enum" in value) continue;
    const answer = await upstream.ask("where", {
      name: model.theirName,
      path,
      value,
      primary: model.primary,
      kind: model.keyType,
    });
    // Its Python package cannot filter by an optional inside an optional.
    if (answer.error?.includes("scalar_from_py called on composite type")) continue;
    expect(answer.error === undefined, `upstream, where ${path.join(".")}: ${answer.error}`);
    const { keys, plan } = answer.value;
    const texts = keys.map(keyText).sort();
    expect(plan.includes("IndexLookup"), `upstream does not use the index ${name}: ${plan}`);
    expect(
      texts.join() === model.where(path, value).join(),
      `upstream's index ${name} of ${model.name} gives ${texts.join()} for ${typedText(value)}, not ${model.where(path, value).join()}`,
    );
  }
}

/** @param {import("@modelvault/core").Database} db @param {ModelCollection} model @param {Step[]} steps @param {boolean} transaction */
export function applyOurs(db, model, steps, transaction) {
  const collection = db.collection(model.name);
  const apply = () => {
    for (const step of steps) {
      if (step.op === "put") collection.put(untypedRow(step.row));
      else collection.delete(untyped(step.key));
    }
  };
  if (transaction) db.transaction(apply);
  else apply();
}
