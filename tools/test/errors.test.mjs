import { describe, expect, test } from "vitest";
import {
  codesPath,
  detailsPath,
  errorDocs,
  errorDocsPath,
  readCatalogue,
  readDetails,
} from "../catalogue.mjs";
import { checkErrors, codesIn } from "../errors.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

const conflict = `
export const CONFLICT_CODES = {
  row_exists: { kind: "conflict", meaning: "There " + "already.", details: ["key"], fault: "data", retry: false },
} as const;
`;
const io = `
export const IO_CODES = {
  store_busy: { kind: "io", meaning: "Busy | waiting.", details: [], fault: "environment", retry: true },
} as const;
`;
const details = `
/** Every detail. */
export interface ErrorDetail {
  /** The key/s of a row. */
  key: readonly (string | number)[];
}
`;
const entries = [
  {
    code: "row_exists",
    kind: "conflict",
    meaning: "There already.",
    details: ["key"],
    fault: "data",
    retry: false,
  },
  {
    code: "store_busy",
    kind: "io",
    meaning: "Busy | waiting.",
    details: [],
    fault: "environment",
    retry: true,
  },
];
const glossary = [{ name: "key", type: "(string | number)[]", meaning: "The key/s of a row." }];
const sound = {
  [`${codesPath}conflict.ts`]: conflict,
  [`${codesPath}io.ts`]: io,
  [detailsPath]: details,
  "packages/core/src/errors/error.ts": "export const revive = (code) => new ModelVaultError(code);",
  "packages/core/src/a.ts": `
    throw new ModelVaultError(late ? "store_busy" : "row_exists", "…");
    throw new TypeError("is no code");`,
  "packages/core/test/a.test.ts": `expect(code).toBe("row_exists"); refuses("store_busy");`,
  [errorDocsPath]: errorDocs(entries, glossary),
};

/** @param {Record<string, string>} changes */
const findings = (changes) => checkErrors(temporaryTree({ ...sound, ...changes }));

describe("checkErrors", () => {
  test("finds nothing in a sound tree", () => {
    expect(findings({})).toEqual([]);
  });

  test("refuses a thrown code that the catalogue lacks, in any package", () => {
    expect(findings({ "packages/models/src/b.ts": `\nthrow new PlanError("row_exist", "…");` })).toEqual([
      'packages/models/src/b.ts:2 throws "row_exist", which is not in the catalogue',
    ]);
  });

  test("refuses a code of the catalogue that nothing throws and no test names", () => {
    expect(
      findings({ "packages/core/src/a.ts": "", "packages/core/test/a.test.ts": "// row_exists" }),
    ).toEqual([
      '"row_exists" is in the catalogue, but nothing throws it',
      '"row_exists" is in the catalogue, but no test names it',
      '"store_busy" is in the catalogue, but nothing throws it',
      '"store_busy" is in the catalogue, but no test names it',
    ]);
  });

  test("takes a code that is handed to the function that builds the error", () => {
    const text = `refuse("row_exists"); const busy = (code = "store_busy") => new ModelVaultError(code, "…");`;
    expect(findings({ "packages/core/src/a.ts": text })).toEqual([]);
  });

  test("does not take a code that is only asked for", () => {
    const text = `isModelVaultError(e, "row_exists"); if (e.code === "store_busy") throw e;`;
    expect(findings({ "packages/core/src/a.ts": text })).toEqual([
      '"row_exists" is in the catalogue, but nothing throws it',
      '"store_busy" is in the catalogue, but nothing throws it',
    ]);
  });

  test("refuses a cast to ErrorCode outside the errors room", () => {
    const text = "throw new ModelVaultError(text as ErrorCode);";
    expect(findings({ "packages/core/src/b.ts": text, "packages/core/src/errors/error.ts": text })).toEqual([
      "packages/core/src/b.ts:1 casts to ErrorCode",
    ]);
  });

  test("refuses stale or missing docs", () => {
    const stale = [`${errorDocsPath} is stale; run npm run error-docs`];
    expect(findings({ [errorDocsPath]: "# Errors" })).toEqual(stale);
    const { [errorDocsPath]: _docs, ...rest } = sound;
    expect(checkErrors(temporaryTree(rest))).toEqual(stale);
  });
});

describe("details", () => {
  test("are read with their types and meanings", () => {
    expect(readDetails(temporaryTree(sound))).toEqual(glossary);
  });

  test("that no code has, or that do not say what they are, are found", () => {
    const more = "export interface ErrorDetail { key: string; /** Old. */ old: string }";
    const wrong = findings({ [detailsPath]: more });
    expect(wrong).toContain('the detail "key" does not say what it is');
    expect(wrong).toContain('the detail "old" is of no code');
  });
});

test("a code given to super is thrown too", () => {
  const text = `class ValidationError extends ModelVaultError { constructor() { super("validation_failed"); } }
    class Other extends Map { constructor() { super("no code"); } }`;
  expect(codesIn("a.ts", text).thrown).toEqual([{ code: "validation_failed", line: 1 }]);
});

describe("readCatalogue", () => {
  test("reads the entries without running the file", () => {
    expect(readCatalogue(temporaryTree(sound))).toEqual(entries);
  });

  test.each([
    ["no codes", "export const IO_CODES = {};", "has no codes"],
    ["a spread", "export const IO_CODES = { ...others };", "written out in full"],
    ["a computed meaning", "export const IO_CODES = { a: { meaning: say() } };", "literals only"],
    ["a table that is none", "export const IO_CODES = list();", "no object literal"],
  ])("refuses %s", (_name, text, expected) => {
    const root = temporaryTree({ [`${codesPath}io.ts`]: text });
    expect(() => readCatalogue(root)).toThrow(expected);
  });
});

test("a meaning with a bar stays in its table cell", () => {
  const docs = errorDocs(entries, glossary);
  expect(docs).toContain("| `store_busy` | Busy \\| waiting. | | environment | yes |");
  expect(docs).toContain("| `key` | `(string \\| number)[]` | The key/s of a row. |");
});
