import { ERROR_CATALOGUE, type ErrorCode, isModelVaultError, ModelVaultError } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOut, spell } from "../../src/protocol/odd-values.ts";
import { portable } from "../../src/protocol/portable.ts";
import { errorFromWire, errorToWire } from "../../src/protocol/wire-errors.ts";

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\ud800", "__proto__", "constructor"),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN),
  fc.uint8Array({ maxLength: 20 }),
);
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("value"), { maxKeys: 4 }),
  ),
})).value;

const issue = fc.record({
  message: fc.string(),
  path: fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 3 }),
  rule: fc.string(),
  expected: fc.string(),
  actual: fc.string(),
});

const cause: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  cause: fc.oneof(
    { depthSize: "small" },
    fc.constant(undefined),
    fc
      .tuple(fc.constantFrom(TypeError, RangeError, Error), fc.string())
      .map(([Class, text]) => new Class(text)),
    fc
      .tuple(fc.constantFrom(...codes), fc.string(), tie("cause"))
      .map(
        ([code, message, deeper]) =>
          new ModelVaultError(code, message, { value: code }, deeper === undefined ? {} : { cause: deeper }),
      ),
  ),
})).cause;

/** What there is to see of an error, causes included. */
function seen(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const inner = error.cause === undefined ? {} : { cause: seen(error.cause) };
  if (!isModelVaultError(error)) return { name, message };
  const { code, kind, details, issues } = error;
  return { name, message, code, kind, details, issues, ...inner };
}

describe("errors across threads", () => {
  test("keep class brand, code, message, details, issues and causes, whatever they hold", () => {
    const details = fc.dictionary(fc.string({ minLength: 1 }), data, { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.string({ unit: "binary" }),
        details,
        fc.array(issue, { maxLength: 3 }),
        cause,
        (code, message, plain, issues, inner) => {
          const error = new ModelVaultError(
            code,
            message,
            plain,
            inner === undefined ? { issues } : { issues, cause: inner },
          );
          const arrived = errorFromWire(structuredClone(errorToWire(error)));
          expect(seen(arrived)).toEqual(seen(error));
          expect(isModelVaultError(arrived, code)).toBe(true);
          expect(arrived.stack).toBe(error.stack);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("keep name, message and stack of any other, and details that cannot be cloned are told in words", () => {
    const error = new RangeError("too far");
    const arrived = errorFromWire(structuredClone(errorToWire(error)));
    expect([arrived.name, arrived.message, arrived.stack]).toEqual(["RangeError", "too far", error.stack]);
    const opened = Object.assign(new Error("no such file"), { code: "ENOENT" });
    const deeper = new Error("outer", {
      cause: new ModelVaultError("internal", "own", {}, { cause: opened }),
    });
    expect(errorFromWire(structuredClone(errorToWire(opened)))).toMatchObject({ code: "ENOENT" });
    expect(errorFromWire(structuredClone(errorToWire(deeper)))).toMatchObject({
      message: "outer",
      cause: { code: "internal", cause: { message: "no such file" } },
    });
    const circle = new Error("round");
    circle.cause = circle;
    expect(errorFromWire(structuredClone(errorToWire(circle))).message).toBe("round");
    expect(errorFromWire(structuredClone(errorToWire("text"))).message).toBe("text");
    expect(errorFromWire(structuredClone(errorToWire(Object.create(null)))).message).toMatch(
      /cannot be written/,
    );
    const odd = (value: unknown) =>
      errorFromWire(
        structuredClone(
          errorToWire(new ModelVaultError("integer_unsafe", "x", { key: Symbol("k"), value, field: "fine" })),
        ),
      );
    expect(odd(() => 1)).toMatchObject({ details: { key: "a symbol", value: "a function", field: "fine" } });
    expect(odd(new Date(0))).toMatchObject({ details: { value: "an object" } });
  });
});

describe("arguments across threads", () => {
  test("arrive as they were at the call, whatever becomes of them afterwards", () => {
    fc.assert(
      fc.property(data, (value) => {
        const { value: copy, odd } = portable(value);
        expect(odd).toBe(false);
        const arrived: unknown = structuredClone(copy);
        expect(arrived).toEqual(value);
        expect(readOut(structuredClone(spell(value)))).toEqual(value);
      }),
      { numRuns: 300 },
    );
    const row = { list: [1, { deep: "x" }], bytes: new Uint8Array([1, 2]) };
    const { value } = portable(row);
    row.list.push(2);
    row.bytes[0] = 9;
    expect(value).toEqual({ list: [1, { deep: "x" }], bytes: new Uint8Array([1, 2]) });
  });

  test("that cannot be cloned are known, and spelled out as something of the same kind", () => {
    const odd = {
      f: () => 1,
      s: Symbol("s"),
      list: [new Map(), new Set()],
      date: new Date(0),
      p: Promise.resolve(),
      r: /x/,
    };
    expect(portable(odd).odd).toBe(true);
    const arrived = readOut(structuredClone(spell(odd))) as typeof odd;
    expect(typeof arrived.f).toBe("function");
    expect(arrived.s.description).toBe("s");
    for (const [at, tag] of [
      [arrived.list[0], "[object Map]"],
      [arrived.list[1], "[object Set]"],
      [arrived.date, "[object Date]"],
      [arrived.p, "[object Promise]"],
      [arrived.r, "[object RegExp]"],
    ] as const)
      expect(Object.prototype.toString.call(at)).toBe(tag);
    const cycle: Record<string, unknown> = { name: "x" };
    cycle.self = { again: cycle };
    expect(portable(cycle).odd).toBe(true);
    const back = readOut(structuredClone(spell(cycle))) as { self: { again: unknown } };
    expect(back.self.again).toBe(back);
    const holes: unknown[] = [1];
    holes[3] = 2;
    expect(portable(holes).value).toEqual(holes);
    expect(Object.keys(readOut(structuredClone(spell(holes))) as object)).toEqual(["0", "3"]);
    const detached = new Uint8Array(8);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    structuredClone(spell({ detached }));
    expect(() =>
      portable({
        get x() {
          throw new Error("mine");
        },
      }),
    ).toThrow(expect.objectContaining({ code: "row_unreadable" }));
  });
});
