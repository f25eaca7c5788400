/** The guide of migrations, whose examples are run by the checks: none of the kinds of steps is left out of its table, or of what its examples print. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { StepKind } from "../../src/index.ts";

const GUIDE = readFileSync(new URL("../../../../docs/migrations.md", import.meta.url), "utf8");
const PRINTED = [...GUIDE.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text]) => text).join("\n");

const KINDS: Readonly<Record<StepKind, RegExp>> = {
  createCollection: /\+ \w+: create the collection \(/,
  renameCollection: /~ \w+: rename the collection from "/,
  dropCollection: /- \w+: drop the collection with all its rows/,
  renameField: /~ \w+: rename field "/,
  groupFields: /~ \w+: group the fields below "/,
  ungroupFields: /~ \w+: take the object ".*" apart/,
  addOptionalField: /\+ \w+: add field "\w+" \(optional \w+\)$/m,
  addField: /\+ \w+: add field "\w+" \(\w+\), filled/,
  makeOptional: /~ \w+: make "\w+" optional$/m,
  makeRequired: /~ \w+: make "\w+" required, /,
  makeVariantRequired: /~ \w+: make "\w+" required where /,
  makeVariantOptional: /~ \w+: make "\w+" optional where /,
  convertType: /~ \w+: convert "/,
  tightenConstraint: /~ \w+: tighten "/,
  loosenConstraint: /~ \w+: loosen "/,
  changeDefault: /~ \w+: change the default of "/,
  dropField: /- \w+: drop field "\w+" with its values/,
  addIndex: /\+ \w+: add (?:unique )?index "/,
  changeIndex: /~ \w+: build unique index ".*" anew/,
  renameIndex: /~ \w+: rename index "/,
  dropIndex: /! \w+: drop index "/,
  rewriteRows: /~ \w+: rewrite every row by your function, once \("/,
  restateSchema: /~ \w+: fields change their order/,
  changePrimaryKey: /! \w+: the primary key changes from "/,
};

test.each(Object.entries(KINDS))("%s", (kind, line) => {
  expect(GUIDE).toMatch(new RegExp(`^\\| .*\`${kind}\``, "m"));
  expect(PRINTED).toMatch(line);
});
