/** The revision and the counts that a store keeps between transactions, while other handles of the file commit too. */
import type { Keyspace } from "@modelvault/core";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { countKey, readNumber, readRevision } from "../../src/format/own-rows.ts";
import { Environment, WRITER } from "../../src/native/environment.ts";
import { OwnNumbers } from "../../src/store/own-numbers.ts";
import { newPlace } from "../support/places.ts";

const SPACES: readonly Keyspace[] = [
  { kind: "catalog" },
  { kind: "rows", collection: 1 },
  { kind: "rows", collection: 300 },
  { kind: "index", collection: 1, index: 0 },
  { kind: "index", collection: 1, index: 2 ** 32 - 1 },
  { kind: "index", collection: 300, index: 0 },
];

const path = newPlace();
const openOne = (): Environment =>
  new Environment({ path, readOnly: false, mapBytes: 1_048_576, readersMax: 8, readAhead: true });
const environments = [openOne(), openOne()];

afterAll(() => {
  for (const env of environments) env.close();
});

const transaction = fc.record({
  who: fc.nat({ max: 1 }),
  changes: fc.array(
    fc.record({ space: fc.nat({ max: SPACES.length - 1 }), entries: fc.integer({ min: -3, max: 3 }) }),
    { maxLength: 6 },
  ),
  asks: fc.array(fc.nat({ max: SPACES.length - 1 }), { maxLength: 2 }),
  end: fc.constantFrom("commit", "commit", "abort", "written and aborted", "fail"),
});

describe("OwnNumbers", () => {
  it("tells what the rows of the driver say, whoever wrote them last and however transactions ended", () => {
    // Counts below 0 are none, so all begin high; the file goes on from one run to the next.
    const counts = SPACES.map(() => 0);
    let revision = 0;
    const handles = environments.map((env) => new OwnNumbers(env));
    const [env, numbers] = [environments[0] as Environment, handles[0] as OwnNumbers];
    numbers.begin(env.begin(false));
    for (const [at, space] of SPACES.entries()) {
      numbers.add(space, 1_000_000);
      counts[at] = 1_000_000;
    }
    revision = numbers.write();
    env.commit();
    numbers.committed();

    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
        for (const { who, changes, asks, end } of transactions) {
          const env = environments[who] as Environment;
          const numbers = handles[who] as OwnNumbers;
          const after = [...counts];
          numbers.begin(env.begin(false));
          let isOpen = true;
          try {
            for (const { space, entries } of changes) {
              numbers.add(SPACES[space] as Keyspace, entries);
              after[space] = (after[space] as number) + entries;
            }
            for (const asked of asks) expect(numbers.count(SPACES[asked] as Keyspace)).toBe(after[asked]);
            expect(numbers.revision).toBe(revision);
            if (end !== "abort") expect(numbers.write()).toBe(revision + 1);
            if (end !== "commit") continue;
            isOpen = false;
            env.commit();
            numbers.committed();
            revision++;
            for (const [at, count] of after.entries()) counts[at] = count;
          } finally {
            // A transaction left open would keep the other handle waiting for ever.
            if (isOpen) {
              env.abort();
              if (end === "fail") numbers.failed();
              else numbers.aborted();
            }
          }
        }
        const last = environments[0] as Environment;
        last.begin(false);
        const found = SPACES.map((space) => readNumber(last, countKey(space), WRITER));
        const foundRevision = readRevision(last, WRITER);
        last.abort();
        expect(found).toEqual(counts);
        expect(foundRevision).toBe(revision);
      }),
      { numRuns: 60 },
    );
  });

  it("writes no row for what has not changed", () => {
    const env = environments[1] as Environment;
    const numbers = new OwnNumbers(env);
    numbers.begin(env.begin(false));
    const space: Keyspace = { kind: "rows", collection: 77 };
    numbers.add(space, 1);
    numbers.add(space, -1);
    numbers.write();
    env.commit();
    numbers.committed();
    env.begin(false);
    const found = env.has({ kind: "own" }, countKey(space), WRITER);
    env.abort();
    expect(found).toBe(false);
  });
});
