/** Rows of unions under random writes, beside a plain object that is written the same way. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";

const Contact = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("mail"),
    address: z.string(),
    home: z.strictObject({ zip: z.int() }).optional(),
  }),
  z.strictObject({
    by: z.enum(["phone", "fax"]),
    number: z.bigint(),
    home: z.strictObject({ floor: z.int().optional() }),
  }),
  z.strictObject({ by: z.literal("none"), since: z.date().nullable(), address: z.string().optional() }),
]);
const Person = defineModel(
  "people",
  z.strictObject({ id: z.int(), contact: Contact, former: z.array(Contact) }),
  {
    primaryKey: "id",
  },
);
type Contact = z.output<typeof Contact>;

const text = fc.constantFrom("", "a", "é");
const whole = fc.integer({ min: -3, max: 3 });
const contact: fc.Arbitrary<Contact> = fc.oneof(
  fc.record(
    { by: fc.constant("mail" as const), address: text, home: fc.record({ zip: whole }) },
    { requiredKeys: ["by", "address"] },
  ),
  fc.record({
    by: fc.constantFrom("phone" as const, "fax" as const),
    number: fc.bigInt({ min: -3n, max: 2n ** 60n }),
    home: fc.record({ floor: whole }, { requiredKeys: [] }),
  }),
  fc.record(
    { by: fc.constant("none" as const), since: fc.option(fc.date({ noInvalidDate: true })), address: text },
    { requiredKeys: ["by", "since"] },
  ),
);

/** What is left of a row without fields that are undefined. */
function plain<T>(value: T): T {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plain) as T;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === undefined ? [] : [[name, plain(inner) as unknown]],
    ),
  ) as T;
}

test("a row of a union is read as it was written, whatever it was before", () => {
  const writes = fc.array(
    fc.record({
      way: fc.constantFrom("put", "function", "patch", "query"),
      contact,
      former: fc.array(contact, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const property = fc.property(contact, writes, (first, changes) => {
    using db = Database.open(memoryStore());
    const people = collection(db, Person);
    people.insert({ id: 1, contact: first, former: [] });
    let expected: Contact = first;
    for (const { way, contact: next, former } of changes) {
      if (way === "put") people.put({ id: 1, contact: next, former });
      else if (way === "function") people.update(1, (row) => ({ ...row, contact: next, former }));
      else if (way === "query") people.query().update({ contact: next, former });
      else people.update(1, { contact: next, former });
      // A patch of the same variant is merged; one that makes another variant brings all that the new one needs.
      const merges = way === "patch" || way === "query";
      expected = merges ? merged(expected, next) : next;
      expect(people.get(1)).toStrictEqual(plain({ id: 1, contact: expected, former }));
    }
    expect(Person.schema.safeParse(people.get(1)).success).toBe(true);
    expect(db.verify().problems).toEqual([]);
  });
  fc.assert(property, { numRuns: 300 });
});

/** What the README says of patches, said once more and simply: here only an address is alike in two variants. */
function merged(before: Contact, patch: Contact): Contact {
  const same =
    before.by === patch.by ||
    (before.by !== "mail" && before.by !== "none" && patch.by !== "mail" && patch.by !== "none");
  if (same) return mergeObject(before, patch) as Contact;
  const address = (before as { readonly address?: string }).address;
  const keeps = address !== undefined && (patch.by === "mail" || patch.by === "none");
  return { ...(keeps ? { address } : {}), ...patch } as Contact;
}

function mergeObject(before: object, patch: object): object {
  const home = { ...(before as { home?: object }).home, ...(patch as { home?: object }).home };
  return { ...before, ...patch, ...("home" in before || "home" in patch ? { home } : {}) };
}

test("a patch that lacks what the new variant needs is refused, and the row stays", () => {
  using db = Database.open(memoryStore());
  const people = collection(db, Person);
  const row = { id: 1, contact: { by: "mail" as const, address: "a" }, former: [] };
  people.insert(row);
  let code: string | undefined;
  try {
    people.update(1, { contact: { by: "phone" } });
  } catch (error) {
    if (isModelVaultError(error)) code = error.code;
  }
  expect(code).toBe("validation_failed");
  expect(people.get(1)).toStrictEqual(row);
});
