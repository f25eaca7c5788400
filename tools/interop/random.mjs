// Random schemas, rows and steps, the same for the same seed.

/** @typedef {import("./typed.mjs").Typed} Typed */
/** @typedef {{ path: string[], type: any }} Field */
/** @typedef {{ name: string, path: string[], kind: "unique" | "index" }} Index */

export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed + 0x9e3779b9;
  }

  /** @param {number} bound @returns {number} an integer from 0, below `bound` */
  below(bound) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * bound) | 0;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return /** @type {T} */ (items[this.below(items.length)]);
  }

  chance(/** @type {number} */ share) {
    return this.below(1000) < share * 1000;
  }
}

const scalars = ["bool", "int64", "uint64", "float64", "string", "bytes", "uuid", "timestamp"];
const texts = [
  "",
  "a",
  "\0",
  "a\0b",
  "éééé",
  "12345678",
  "𝄞",
  "zz",
  "long ".repeat(60),
  `${"long ".repeat(60)}!`,
  "Å",
];
const floats = [
  "0000000000000000",
  "8000000000000000",
  "3ff8000000000000",
  "bff0000000000000",
  "7ff0000000000000",
  "fff0000000000000",
  "7ff8000000000000",
  "0000000000000001",
];

/** @param {Random} random @param {number} depth @returns {any} */
export function randomType(random, depth = 0) {
  const roll = random.below(10);
  if (depth < 3 && roll === 0) return { list: randomType(random, depth + 1) };
  if (depth < 3 && roll === 1)
    return {
      object: Array.from({ length: 1 + random.below(3) }, (_, at) => ({
        path: [`k${at}`],
        type: randomType(random, depth + 1),
      })),
    };
  if (depth < 3 && roll <= 4) return { optional: randomType(random, depth + 1) };
  if (roll === 5) return { enum: ["red", "green", ""] };
  return random.pick(scalars);
}

/** @param {Random} random @param {any} type @returns {Typed} */
export function randomValue(random, type) {
  if (typeof type === "object") {
    if ("optional" in type) return random.chance(0.3) ? null : randomValue(random, type.optional);
    if ("list" in type)
      return { list: Array.from({ length: random.below(4) }, () => randomValue(random, type.list)) };
    if ("object" in type)
      return {
        object: Object.fromEntries(
          type.object.map((/** @type {Field} */ field) => [field.path[0], randomValue(random, field.type)]),
        ),
      };
    return { enum: random.pick(type.enum) };
  }
  switch (type) {
    case "bool":
      return { bool: random.chance(0.5) };
    case "int64":
      return {
        int64: random.pick([
          "0",
          "-1",
          "1",
          "255",
          "256",
          "9223372036854775807",
          "-9223372036854775808",
          "9007199254740993",
          String(random.below(50)),
        ]),
      };
    case "uint64":
      return {
        uint64: random.pick([
          "0",
          "1",
          "18446744073709551615",
          "9223372036854775808",
          String(random.below(50)),
        ]),
      };
    case "timestamp":
      return { timestamp: random.pick(["0", "-1", "1796000000123456", String(random.below(50))]) };
    case "float64":
      return { float64: random.pick(floats) };
    case "string":
      return { string: random.pick(texts) + (random.chance(0.5) ? random.below(20) : "") };
    case "bytes":
      return {
        bytes: random.pick([
          "",
          "00",
          "00ff00",
          "ff".repeat(300),
          "6b",
          random.below(256).toString(16).padStart(2, "0"),
        ]),
      };
    default:
      return { uuid: `00000000-0000-4000-8000-0000000000${(16 + random.below(40)).toString(16)}` };
  }
}

/** @param {Random} random @returns {{ primary: string, fields: Field[], indexes: Index[] }} */
export function randomSchema(random) {
  const nested = random.chance(0.25);
  const keyType = random.pick(["int64", "uint64", "string", "bytes", "uuid", "timestamp", "float64", "bool"]);
  /** @type {Field[]} */
  const fields = [{ path: ["id"], type: keyType }];
  const count = 1 + random.below(6);
  for (let at = 0; at < count; at++) {
    const type = nested ? withoutObjects(randomType(random)) : randomType(random);
    fields.push({
      path: nested && random.chance(0.6) ? ["n", ...(random.chance(0.4) ? ["m"] : []), `f${at}`] : [`f${at}`],
      type,
    });
  }
  fields.push({ path: ["u"], type: { optional: "string" } });
  const indexes = fields.flatMap(({ path, type }) => indexable(path, type)).filter(() => random.chance(0.5));
  return {
    primary: "id",
    fields: random.chance(0.5) ? fields : [...fields.slice(1), /** @type {Field} */ (fields[0])],
    indexes: [
      ...indexes.map((path, at) => ({ name: `i${at}`, path, kind: /** @type {"index"} */ ("index") })),
      { name: "only", path: ["u"], kind: "unique" },
    ],
  };
}

/** @param {any} type @returns {any} */
function withoutObjects(type) {
  if (typeof type !== "object") return type;
  if ("optional" in type) return { optional: withoutObjects(type.optional) };
  if ("list" in type) return { list: withoutObjects(type.list) };
  return "object" in type ? "string" : type;
}

/** Paths to scalars under a field. @param {string[]} path @param {any} type @returns {string[][]} */
function indexable(path, type) {
  if (typeof type !== "object") return [path];
  if ("optional" in type) return indexable(path, type.optional);
  if ("object" in type)
    return type.object.flatMap((/** @type {Field} */ field) =>
      indexable([...path, ...field.path], field.type),
    );
  return "enum" in type ? [path] : [];
}
