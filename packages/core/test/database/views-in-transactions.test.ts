import { describe, expect, it } from "vitest";
import { errorOf, openVault } from "../support/vault.ts";

const ID = { path: "id", type: "int64" } as const;

// Found by the parity test: the view kept the catalogue of its start, so it knew nothing of a collection
// registered meanwhile, and could not read rows that a new version had rewritten.
describe("a view inside a transaction", () => {
  it("knows a collection that was registered after it began", () => {
    const db = openVault();
    db.transaction((tx) =>
      db.read((view) => {
        tx.register({ name: "late", primaryKey: "id", fields: [ID] });
        tx.collection("late").insert({ id: 1 });
        expect(view.collection("late").count()).toBe(1);
      }),
    );
  });

  it("reads rows of a version that was registered after it began", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID] });
    db.collection("t").insert({ id: 1 });
    db.transaction((tx) =>
      db.read((view) => {
        const rows = view.collection("t");
        tx.registerVersion(
          "t",
          { fields: [ID, { path: "a", type: "string" }] },
          { accept: "migration", rewrite: (row) => ({ ...row, a: "x" }) },
        );
        expect(rows.all()).toEqual([{ id: 1, a: "x" }]);
      }),
    );
  });
});

// Found by the parity test: drivers with a check of their own refused, others answered.
describe("inside a transaction", () => {
  it("verify and stats are refused, whatever the driver", () => {
    const db = openVault();
    db.transaction(() => {
      expect(errorOf(() => db.verify()).code).toBe("transaction_open");
      expect(errorOf(() => db.stats()).code).toBe("transaction_open");
    });
    expect(db.stats().collections).toEqual([]);
  });
});

describe("a collection's name that is no text", () => {
  it("is refused wherever one is given (it was a TypeError)", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID] });
    for (const name of [5, null, ["t"]] as never[]) {
      for (const call of [
        () => db.collection(name),
        () => db.hasCollection(name),
        () => db.schema(name),
        () => db.registerVersion(name, { fields: [ID] }),
      ])
        expect(errorOf(call).code).toBe("argument_invalid");
    }
  });
});
