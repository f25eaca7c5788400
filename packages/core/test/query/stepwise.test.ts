/** Queries that are interrupted: they give what they would have given in one go, of one state, and let go of it. */
import { afterEach, describe, expect, test } from "vitest";
import { Database } from "../../src/database/database.ts";
import type { OpenTransaction } from "../../src/database/open-transaction.ts";
import type { Query, SteppedTerminal, Steps } from "../../src/query/query.ts";
import type { QuerySpec } from "../../src/query/query-spec.ts";
import type { Row } from "../../src/schema/types.ts";
import { MemoryStore, memoryStore } from "../../src/store/memory-store.ts";
import type { Store, StoreSnapshot } from "../../src/store/store.ts";

/** Longer than what an index keeps of a text, and alike in that part. */
const LONG = "x".repeat(600);
const ROWS = 150;

const rowOf = (id: number): { id: number; n: number; text: string; other: string } => ({
  id,
  n: (id * 7) % 10,
  text: id % 5 === 0 ? `${LONG}${String((id * 13) % ROWS).padStart(3, "0")}` : `t${id % 17}`,
  other: `o${(id * 31) % 97}`,
});

const open: Database[] = [];
afterEach(() => {
  for (const db of open.splice(0)) {
    expect(db.verify().problems).toEqual([]);
    db.close();
  }
});

/** A database that knows how many snapshots of it are open. */
function opened(): { readonly db: Database; readonly snapshots: Set<StoreSnapshot> } {
  const snapshots = new Set<StoreSnapshot>();
  const store: Store = new MemoryStore();
  const snapshot = store.snapshot.bind(store);
  store.snapshot = () => {
    const taken = snapshot();
    const close = taken.close.bind(taken);
    taken.close = () => {
      snapshots.delete(taken);
      close();
    };
    snapshots.add(taken);
    return taken;
  };
  const db = Database.open({ ...memoryStore(), open: () => store }, { now: () => 0 });
  open.push(db);
  db.register({
    name: "t",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "n", type: "int64" },
      { path: "text", type: "string" },
      { path: "other", type: "string" },
    ],
    indexes: [{ path: "n" }, { path: "text" }],
  });
  db.collection("t").insertMany(Array.from({ length: ROWS }, (_, id) => rowOf(id)));
  return { db, snapshots };
}

/** Each takes another way through the data. */
const SPECS: Readonly<Record<string, QuerySpec>> = {
  everything: {},
  "a filter over all rows": { where: { path: "other", op: "contains", value: "7" } },
  "a filter that nothing passes": { where: { path: "other", op: "=", value: "none" } },
  "a range of keys": { where: { path: "id", op: "between", value: [20, 90] } },
  "some keys": { where: { path: "id", op: "in", value: [3, 1, 4, 15, 9] } },
  "one value of an index": { where: { path: "n", op: "=", value: 7 } },
  "a range of an index": { where: { path: "n", op: ">", value: 5 } },
  "the order of an index": { orderBy: [{ path: "n", direction: "desc" }] },
  "texts that an index cut": { orderBy: [{ path: "text", direction: "asc" }] },
  "a sort": { orderBy: [{ path: "other", direction: "asc" }] },
  "the first of a sort": { orderBy: [{ path: "other", direction: "desc" }], limit: 5 },
  "an index and a sort": {
    where: { path: "n", op: "in", value: [1, 2] },
    orderBy: [{ path: "other", direction: "asc" }],
    offset: 3,
  },
  "a union": {
    where: {
      op: "or",
      any: [
        { path: "n", op: "=", value: 3 },
        { path: "text", op: "=", value: "t4" },
      ],
    },
  },
  "an offset": { offset: 40, limit: 30 },
  "an offset in an index": { where: { path: "n", op: "<", value: 4 }, offset: 20 },
  "an offset behind a filter": { where: { path: "other", op: "contains", value: "1" }, offset: 7, limit: 9 },
};
const TERMINALS: readonly SteppedTerminal[] = ["all", "first", "one", "page", "count", "exists", "explain"];

/** Due at every other question: every run is interrupted at each row it looks at. */
function always(): () => boolean {
  let asked = 0;
  return () => ++asked % 2 === 1;
}

interface Ended {
  readonly outcome: unknown;
  readonly pauses: number;
}

function runSteps(steps: () => Steps<unknown>, between: () => void = () => undefined): Ended {
  let pauses = 0;
  try {
    const running = steps();
    for (let step = running.next(); ; step = running.next()) {
      if (step.done === true) return { outcome: step.value, pauses };
      pauses++;
      between();
    }
  } catch (error) {
    return { outcome: (error as Error).message, pauses };
  }
}

function inOneGo(query: Query, terminal: SteppedTerminal): unknown {
  try {
    return query[terminal]();
  } catch (error) {
    return (error as Error).message;
  }
}

function cases(): [string, QuerySpec][] {
  return Object.entries(SPECS).flatMap(([name, spec]): [string, QuerySpec][] => {
    // A cursor takes the place of an offset.
    const { offset: _, ...rest } = spec;
    return [
      [name, spec],
      [`${name}, behind a cursor`, { ...rest, limit: spec.limit ?? 20 }],
    ];
  });
}

describe("a query in steps", () => {
  test.each(cases())("gives what it gives in one go: %s", (name, spec) => {
    const { db, snapshots } = opened();
    const t = db.collection("t");
    const first = t.query(spec);
    const query = name.endsWith("cursor") ? first.after(first.page().next) : first;
    let pauses = 0;
    for (const terminal of TERMINALS) {
      const stepped = runSteps(() => query.stepwise(terminal, always()));
      expect(stepped.outcome, terminal).toEqual(inOneGo(query, terminal));
      pauses += stepped.pauses;
    }
    expect(pauses).toBeGreaterThan(0);
    const iterated = [...query.iterateStepwise(always())];
    expect(iterated.filter((row) => row !== undefined)).toEqual(query.all());
    expect(snapshots.size).toBe(0);
  });

  test.each(Object.entries(SPECS))(
    "shows one state, whatever is written between its steps: %s",
    (_, spec) => {
      for (const terminal of ["all", "count"] as const) {
        const { db } = opened();
        const t = db.collection("t");
        const query = t.query(spec);
        const before = query[terminal]();
        let id = 0;
        const between = (): void => {
          if (id < ROWS) t.delete(id);
          t.put({ ...rowOf(id * 3), id: 1000 + id, other: "o7" });
          id++;
        };
        expect(runSteps(() => query.stepwise(terminal, always()), between).outcome).toEqual(before);
      }
    },
  );

  test("lets go of its state when it is given up, and when it fails", () => {
    const { db, snapshots } = opened();
    const t = db.collection("t");
    const steps = t.where("other", "contains", "7").stepwise("all", always());
    steps.next();
    expect(snapshots.size).toBe(1);
    steps.return([]);
    expect(snapshots.size).toBe(0);
    expect(runSteps(() => t.query().stepwise("one", always())).outcome).toMatch("more than one row");
    expect(snapshots.size).toBe(0);
  });

  test("is not begun before it is asked to go on", () => {
    const { db, snapshots } = opened();
    const t = db.collection("t");
    t.query().stepwise("count", always());
    expect(snapshots.size).toBe(0);
    expect(() => t.query().stepwise("page", always())).toThrow("limit must be given for page()");
  });

  test("sees what its transaction did", () => {
    const { db } = opened();
    db.transaction((tx) => {
      const t = tx.collection("t");
      t.insert({ ...rowOf(1), id: 1000, other: "mine" });
      const mine = t.where("other", "=", "mine");
      const { outcome, pauses } = runSteps(() => mine.stepwise("count", always()));
      expect(outcome).toBe(1);
      expect(pauses).toBeGreaterThan(ROWS);
      expect([...t.query().iterateStepwise(always())]).toEqual(t.all());
    });
  });
});

describe("a deletion or an update in steps", () => {
  const where = (db: Database | OpenTransaction): Query => db.collection("t").where("n", "in", [1, 2, 3]);

  test("does what it does in one go", () => {
    const { db } = opened();
    const expected = where(db).count();
    const others = db.collection("t").count() - expected;
    using tx = db.begin();
    const updated = runSteps(() => where(tx).updateStepwise({ other: "changed" }, always()));
    expect(updated.outcome).toBe(expected);
    expect(updated.pauses).toBeGreaterThan(expected);
    expect(tx.collection("t").where("other", "=", "changed").count()).toBe(expected);
    const doubled = (row: Row): Row => ({ ...row, n: (row.n as number) * 10 });
    expect(runSteps(() => where(tx).updateStepwise(doubled, always())).outcome).toBe(expected);
    const tens = tx.collection("t").where("n", ">=", 10);
    expect(runSteps(() => tens.deleteStepwise(always())).outcome).toBe(expected);
    tx.commit();
    expect(db.collection("t").count()).toBe(others);
  });

  test("shows nothing of itself outside before its commit, and takes all of it back when it fails or is given up", () => {
    const { db } = opened();
    const before = db.collection("t").all();
    using tx = db.begin();
    const steps = where(tx).deleteStepwise(always());
    while (tx.collection("t").count() === before.length) expect(steps.next().done).toBe(false);
    expect(db.collection("t").count()).toBe(before.length);
    steps.return(0);
    expect(tx.collection("t").all()).toEqual(before);
    const failing = runSteps(() => where(tx).updateStepwise({ other: 5 as never }, always()));
    expect(failing.outcome).toMatch('"other" must be a string');
    expect(tx.collection("t").all()).toEqual(before);
    tx.commit();
    expect(db.collection("t").all()).toEqual(before);
  });

  test("runs in one go where no transaction was begun by hand", () => {
    const { db } = opened();
    const { outcome, pauses } = runSteps(() => where(db).deleteStepwise(always()));
    expect([outcome, pauses]).toEqual([45, 0]);
    expect(() => where(db).updateStepwise(5 as never, always())).toThrow("change must be a patch");
    db.read((view) => {
      expect(runSteps(() => view.collection("t").query().deleteStepwise(always())).outcome).toMatch(
        "takes no writes",
      );
    });
  });
});

test("verification in steps reports what it reports in one go, of one state", () => {
  const { db, snapshots } = opened();
  const before = db.verify();
  let id = 0;
  const { outcome, pauses } = runSteps(
    () => db.verifyStepwise(always()),
    () => db.collection("t").delete(id++),
  );
  expect(outcome).toEqual(before);
  expect(pauses).toBeGreaterThan(ROWS);
  expect(snapshots.size).toBe(0);
});
