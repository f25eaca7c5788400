/** What to write instead of a part of a schema that the engine has no counterpart for, by its kind. Spelled in Zod, which most models are; the names say what it is elsewhere. */

const ADVICE: Readonly<Record<string, string>> = {
  symbol: "use z.string()",
  undefined: "leave the field out, or use .optional() on a type",
  void: "leave the field out",
  nan: "use z.number()",
  undefinedable: "use an optional field",
  custom: "use a built-in type, with .refine() for the rule; for bytes z.instanceof(Uint8Array)",
  file: "keep the file elsewhere and store its name, or its bytes (z.instanceof(Uint8Array))",
  blob: "store its bytes, in a Uint8Array",
  json: "give it a field of its own, outside of the JSON value",
  promise: "await it before the write",
  success: "use z.boolean()",
  function: "leave the field out",
  map: "use z.record(), or a list of objects",
  set: "use z.array()",
  transform: "convert before the write, or use .overwrite(), .trim() and the like, which keep the type",
  never: "leave the field out",
  recursive: "use z.json() for free form, or a collection of its own whose rows name their parent",
  null: "use .nullable() on a type",
  union:
    "use one type, z.json() for free form, or objects told apart by a field with a text of its own in each (z.discriminatedUnion())",
  tag: 'give every variant a field of one name, with a text of its own: z.literal("circle"), z.literal("square")',
  conflict: "give the field one type in all variants, or another name in each",
  intersection: "use one object, with .extend() to build on another",
  enum: "use z.enum() of strings, or z.int() with a minimum and a maximum",
  tuple: "use an object with a field for each place, or z.array() when all elements have one type",
  loose: "use z.object() or z.strictObject(), with a z.record() field for free keys",
};

export function insteadOf(kind: string): string {
  return ADVICE[kind] ?? "use a type that JSON can hold";
}
