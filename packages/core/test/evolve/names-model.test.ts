/** Collections come, go, are renamed and used again, inside transactions that are kept or not, over reopenings: compared with a plain Map of names. */
import { Database, type Row, type WriteHandle } from "@modelvault/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lastingStore } from "../support/shared-store.ts";

type Model = Map<string, { readonly key: string; readonly rows: Map<number, Row> }>;

const NAMES = ["a", "b", "c", "a~2", "b~3", "c~1~2"];

function copyOf(model: Model): Model {
  return new Map([...model].map(([name, { key, rows }]) => [name, { key, rows: new Map(rows) }]));
}

/** One step on both; what it throws, or nothing. */
function step(handle: WriteHandle, model: Model, gen: fc.GeneratorValue): void {
  const name = gen(() => fc.constantFrom(...NAMES));
  const found = model.get(name);
  switch (gen(() => fc.constantFrom("register", "drop", "rename", "insert", "insert", "version", "note"))) {
    case "register": {
      const key = gen(() => fc.constantFrom("x", "y"));
      const register = () =>
        handle.register({
          name,
          primaryKey: key,
          fields: [
            { path: key, type: "int64" },
            { path: "data", type: { optional: "json" } },
          ],
        });
      if (found === undefined) {
        register();
        model.set(name, { key, rows: new Map() });
      } else if (found.key === key && handle.schema(name).version === 1)
        expect(register().changed).toBe(false);
      else expect(register).toThrow(/collection_exists|exists with another schema/);
      break;
    }
    case "drop":
      if (found === undefined) expect(() => handle.dropCollection(name)).toThrow(/no collection/);
      else {
        expect(handle.dropCollection(name)).toEqual({ name, rows: found.rows.size });
        model.delete(name);
      }
      break;
    case "rename": {
      const to = gen(() => fc.constantFrom(...NAMES));
      if (found === undefined) expect(() => handle.renameCollection(name, to)).toThrow(/no collection/);
      else if (to === name) expect(handle.renameCollection(name, to).changed).toBe(false);
      else if (model.has(to))
        expect(() => handle.renameCollection(name, to)).toThrow(/there is a collection/);
      else {
        handle.renameCollection(name, to);
        model.delete(name);
        model.set(to, found);
      }
      break;
    }
    case "insert": {
      if (found === undefined) break;
      const id = gen(() => fc.integer({ min: 0, max: 9 }));
      const data = gen(() => fc.constantFrom(null, "text", 5));
      handle.collection<Row>(name).put({ [found.key]: id, data });
      found.rows.set(id, { [found.key]: id, data });
      break;
    }
    case "version": {
      if (found === undefined || handle.schema(name).fields.length > 2) break;
      const { fields } = handle.schema(name);
      handle.registerVersion(name, {
        fields: [...fields, { path: "more", type: { optional: "bool" }, default: true }],
      });
      break;
    }
    case "note":
      handle.setNote(name, new Uint8Array([1]));
      break;
  }
}

function compare(handle: WriteHandle, model: Model): void {
  expect(handle.collectionNames().sort()).toEqual([...model.keys()].sort());
  for (const [name, { key, rows }] of model) {
    expect(handle.schema(name)).toMatchObject({ name, primaryKey: key });
    const found = handle.collection<Row>(name).all();
    expect(found.map(({ [key]: id, data }) => ({ [key]: id, data }))).toEqual(
      [...rows].sort(([a], [b]) => a - b).map(([, row]) => row),
    );
  }
}

test("names stay right, whatever is registered, renamed and dropped", () => {
  let dropped = 0;
  fc.assert(
    fc.property(fc.gen(), (gen) => {
      const { driver } = lastingStore();
      let model: Model = new Map();
      for (let round = 0; round < 4; round++) {
        using db = Database.open(driver);
        compare(db, model);
        for (let count = 0; count < 8; count++) {
          const how = gen(() => fc.constantFrom("alone", "alone", "kept", "lost", "bounded"));
          const attempt = copyOf(model);
          if (how === "alone") step(db, attempt, gen);
          else {
            const work = (): void =>
              db.transaction(
                (tx) => {
                  for (let inner = 0; inner < 3; inner++) step(tx, attempt, gen);
                  compare(tx, attempt);
                  if (how === "lost") throw new Error("lost");
                },
                { savepoints: how !== "bounded" },
              );
            if (how === "lost") expect(work).toThrow("lost");
            else work();
          }
          if (how !== "lost") {
            dropped += attempt.size < model.size ? 1 : 0;
            model = attempt;
          }
        }
        compare(db, model);
        expect(db.verify().problems).toEqual([]);
      }
    }),
    { numRuns: 80, endOnFailure: true },
  );
  expect(dropped).toBeGreaterThan(30);
});
