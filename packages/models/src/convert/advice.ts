/** What to write instead of a part of a schema that the engine has no counterpart for, by its kind. Spelled in Zod, which most models are. */

const ADVICE: Readonly<Record<string, string>> = {
  date: "use text (z.iso.datetime()) or an integer (z.int(), milliseconds)",
  bigint: "use z.int() for integers up to 2^53 - 1, or text",
  symbol: "use z.string()",
  undefined: "leave the field out, or use .optional() on a type",
  void: "leave the field out",
  nan: "use z.number()",
  custom: "use a built-in type, with .refine() for the rule",
  file: "keep the file elsewhere and store its name, or store it as base64 text (z.base64())",
  function: "leave the field out",
  map: "use z.record(), or a list of objects",
  set: "use z.array()",
  transform: "convert before the write, or use .overwrite(), .trim() and the like, which keep the type",
  never: "leave the field out",
  recursive: "use z.json() for free form, or a collection of its own whose rows name their parent",
  null: "use .nullable() on a type",
  union: "use one type, z.json() for free form, or a field for each alternative",
  intersection: "use one object, with .extend() to build on another",
  enum: "use z.enum() of strings, or z.int() with a minimum and a maximum",
  tuple: "use an object with a field for each place, or z.array() when all elements have one type",
  loose: "use z.object() or z.strictObject(), with a z.record() field for free keys",
};

export function insteadOf(kind: string): string {
  return ADVICE[kind] ?? "use a type that JSON can hold";
}
