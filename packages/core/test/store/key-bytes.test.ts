import fc from "fast-check";
import { expect, test } from "vitest";
import { commonLength, commonMarkBytes, compareKeys, mark4, mark6 } from "../../src/store/key-bytes.ts";

const bytes = fc.array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 5 });
/** Two keys that begin alike. */
const keys = fc
  .tuple(bytes, bytes, bytes)
  .map(([common, a, b]) => [Uint8Array.from([...common, ...a]), Uint8Array.from([...common, ...b])] as const);

test("keys are ordered by unsigned byte, a prefix before its extensions", () => {
  fc.assert(
    fc.property(keys, ([a, b]) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(a, b));
    }),
    { numRuns: 1000 },
  );
});

test("marks are in the order of the bytes they are made of", () => {
  fc.assert(
    fc.property(keys, ([a, b]) => {
      for (const mark of [mark4, mark6]) {
        const order = mark(a, 0, a.length) - mark(b, 0, b.length);
        if (order !== 0) expect(Math.sign(order)).toBe(Buffer.compare(a, b));
      }
    }),
    { numRuns: 1000 },
  );
});

test("two marks share as many bytes as the keys, zeros after their ends included", () => {
  fc.assert(
    fc.property(keys, ([a, b]) => {
      const [left, right] = [new Uint8Array(6), new Uint8Array(6)];
      left.set(a.subarray(0, 6));
      right.set(b.subarray(0, 6));
      const shared = commonMarkBytes(mark6(a, 0, a.length), mark6(b, 0, b.length));
      expect(shared).toBe(commonLength(left, 0, 6, right, 0, 6));
    }),
    { numRuns: 1000 },
  );
});
