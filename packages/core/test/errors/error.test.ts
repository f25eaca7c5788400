import { errorFromPlain, errorToPlain, isModelVaultError, ModelVaultError } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { assert } from "../../src/errors/assert.ts";
import { closest, didYouMean } from "../../src/errors/suggest.ts";
import { errorOf } from "../support/vault.ts";

describe("an error", () => {
  it("is known by its brand, in whichever copy of the package it was made", () => {
    const foreign = Object.assign(new Error("x"), { code: "row_exists" });
    Object.defineProperty(foreign, Symbol.for("modelvault.error"), { value: true });
    expect(isModelVaultError(foreign)).toBe(true);
    expect(isModelVaultError(foreign, "row_exists")).toBe(true);
    expect(isModelVaultError(foreign, "internal")).toBe(false);
    for (const other of [null, undefined, "row_exists", {}, new Error("x")])
      expect(isModelVaultError(other)).toBe(false);
  });

  it("has the details of its code, typed where the code is known", () => {
    const error: unknown = new ModelVaultError("unique_violation", "m", { index: "isbn", key: 7 });
    if (!isModelVaultError(error, "unique_violation")) throw error;
    const index: string | undefined = error.details.index;
    expect([index, error.details.key]).toEqual(["isbn", 7]);
    // @ts-expect-error: not a detail of this code
    expect(error.details.errno).toBeUndefined();
    // @ts-expect-error: not a detail of this code
    expect(new ModelVaultError("unique_violation", "m", { errno: "EIO" }).code).toBe("unique_violation");
    const any: ModelVaultError = error;
    expect([any.details.collection, new ModelVaultError("internal", "m").details]).toEqual([undefined, {}]);
  });

  it("crosses a structured clone whole: code, details, issues and causes", () => {
    const issues = [{ message: "m", path: ["a", 0], rule: "type", expected: "int64", actual: "text" }];
    const inner = new ModelVaultError("store_busy", "inner", { pid: 7 }, { cause: new TypeError("deepest") });
    const error = new ModelVaultError(
      "validation_failed",
      "outer",
      { collection: "t" },
      { issues, cause: inner },
    );
    const back = errorFromPlain(structuredClone(errorToPlain(error)));
    expect(back).toMatchObject({
      code: "validation_failed",
      kind: "validation",
      message: "outer",
      details: { collection: "t" },
      issues,
    });
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toMatchObject({ code: "store_busy", details: { pid: 7 } });
    expect((back.cause as Error).cause).toMatchObject({ name: "TypeError", message: "deepest" });
    expect(isModelVaultError(back)).toBe(true);
    expect(errorToPlain(new ModelVaultError("internal", "m", {}, { cause: 5 })).cause).toEqual({
      name: "number",
      message: "5",
    });
  });

  it("becomes plain data whatever its cause is", () => {
    const circle = new ModelVaultError("internal", "m");
    Object.defineProperty(circle, "cause", { value: circle });
    const unreadable = Object.defineProperty(new Error("x"), "message", { value: Object.create(null) });
    for (const cause of [
      circle,
      unreadable,
      Object.create(null),
      Symbol("s"),
      () => 1,
      null,
      JSON.parse(`{"then":1}`),
    ]) {
      const plain = errorToPlain(new ModelVaultError("row_unreadable", "m", {}, { cause }));
      expect(structuredClone(plain)).toEqual(plain);
      expect(plain.cause).toBeDefined();
    }
  });
});

describe("an assertion", () => {
  it("passes when it holds and throws `internal` when not", () => {
    assert(true, "all is well");
    expect(errorOf(() => assert(false, "a page has entries"))).toMatchObject({
      code: "internal",
      details: { sentence: "a page has entries" },
    });
  });
});

describe("a suggestion", () => {
  it("names what is near, and nothing that is far", () => {
    expect(closest("primarykey", ["primaryKey", "name"])).toBe("primaryKey");
    expect(closest("nmae", ["primaryKey", "name"])).toBe("name");
    expect(closest("zebra", ["primaryKey", "name"])).toBeUndefined();
    expect(didYouMean("yaer", ["year"])).toBe(' Did you mean "year"?');
    expect(didYouMean("", [])).toBe("");
  });
});
