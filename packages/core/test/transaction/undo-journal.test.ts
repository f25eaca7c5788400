import { memoryStore } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndoJournal } from "../../src/transaction/undo-journal.ts";

const ROWS = { kind: "rows", collection: 1 } as const;

describe("the undo journal", () => {
  it("takes back exactly what came after a mark, at every depth (property)", () => {
    const key = fc.integer({ min: 0, max: 4 });
    const step = fc.oneof(
      fc.record({ do: fc.constant("put" as const), key, value: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ do: fc.constant("delete" as const), key }),
      fc.record({ do: fc.constantFrom("mark" as const, "release" as const, "rollback" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const transaction = memoryStore().open().begin();
        const journal = new UndoJournal(transaction);
        let model = new Map<number, number>();
        const marks: { readonly mark: number; readonly model: Map<number, number> }[] = [];
        for (const now of steps) {
          if (now.do === "put") {
            const k = Uint8Array.of(now.key);
            journal.change(ROWS, k, journal.get(ROWS, k), Uint8Array.of(now.value));
            model.set(now.key, now.value);
          } else if (now.do === "delete") {
            const k = Uint8Array.of(now.key);
            journal.change(ROWS, k, journal.get(ROWS, k), undefined);
            model.delete(now.key);
          } else if (now.do === "mark") marks.push({ mark: journal.mark(), model: new Map(model) });
          else {
            const last = marks.pop();
            if (last === undefined) continue;
            if (now.do === "release") journal.release();
            else {
              journal.rollback(last.mark);
              model = last.model;
            }
          }
        }
        const stored = Array.from(journal.scan(ROWS), ([k, v]) => [k[0], v[0]]);
        expect(stored).toEqual([...model].sort(([a], [b]) => a - b));
        expect(journal.count(ROWS)).toBe(model.size);
      }),
    );
  });
});
