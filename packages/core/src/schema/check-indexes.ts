/**
 * Checks index descriptors: names differ, and each path leads to a scalar or an enum, through object types and optionals,
 * never through a list.
 */
import { didYouMean } from "../errors/suggest.ts";
import { type CheckedFields, checkPath } from "./check-fields.ts";
import { describeValue, quote } from "./describe-value.ts";
import { pathText, samePath } from "./field-path.ts";
import { entriesMax } from "./limits.ts";
import { nameProblem, trimName } from "./names.ts";
import { type Problems, place, readKeys } from "./problems.ts";
import { explainUnknownPath, resolvePath } from "./resolve-path.ts";
import type { FieldPath, IndexDefinition, Schema } from "./types.ts";

const KINDS: readonly string[] = ["unique", "index", "non_unique"];

/** Checks an index list; absent means none. */
export function checkIndexes(
  problems: Problems,
  at: string,
  value: unknown,
  checked: CheckedFields,
): readonly IndexDefinition[] {
  const indexes: IndexDefinition[] = [];
  if (value === undefined) return Object.freeze(indexes);
  if (!Array.isArray(value) || value.length > entriesMax) {
    problems.wrong(
      "index_invalid",
      at,
      Array.isArray(value) ? `at most ${entriesMax} indexes` : "a list of indexes",
      value,
    );
    return Object.freeze(indexes);
  }
  const firstPlaces = new Map<string, string>();
  for (let position = 0; position < value.length; position++) {
    const inside = place(at, position);
    const keys = readKeys(problems, "index_invalid", inside, value[position], {
      what: "an index",
      required: ["path"],
      optional: ["name", "kind"],
      instead: { unique: 'kind: "unique"', field: "path", fields: "path, one for each index" },
    });
    if (keys === undefined) continue;
    const unique = checkKind(problems, place(inside, "kind"), keys.get("kind"));
    const path = keys.has("path") ? checkPath(problems, place(inside, "path"), keys.get("path")) : undefined;
    if (path !== undefined) checkIndexable(problems, place(inside, "path"), path, checked);
    const name = checkName(problems, place(inside, "name"), keys.get("name"), path, unique);
    if (name === undefined) continue;
    const first = firstPlaces.get(name);
    if (first !== undefined) {
      problems.add("index_invalid", inside, {
        message: `The index name ${quote(name)} is taken already, by ${first}. Give one of them another name.`,
        expected: "a name given once",
        actual: quote(name),
      });
    } else firstPlaces.set(name, inside);
    if (path !== undefined && unique !== undefined) indexes.push(Object.freeze({ name, path, unique }));
  }
  return Object.freeze(indexes);
}

function checkKind(problems: Problems, at: string, value: unknown): boolean | undefined {
  if (value === undefined) return false;
  if (typeof value === "string" && KINDS.includes(value)) return value === "unique";
  problems.wrong(
    "index_invalid",
    at,
    `"unique" or "index"`,
    value,
    typeof value === "string" ? didYouMean(value, KINDS) : "",
  );
  return undefined;
}

/** The name given, trimmed, or the one the path makes: `author.name_idx`. */
function checkName(
  problems: Problems,
  at: string,
  value: unknown,
  path: FieldPath | undefined,
  unique: boolean | undefined,
): string | undefined {
  if (value === undefined && (path === undefined || unique === undefined)) return undefined;
  if (value !== undefined && typeof value !== "string") {
    problems.wrong("index_invalid", at, "a name as text", value);
    return undefined;
  }
  const name =
    value === undefined ? `${(path ?? []).join(".")}${unique ? "_unique" : "_idx"}` : trimName(value);
  const problem = nameProblem(name);
  if (problem === undefined) return name;
  problems.add("index_invalid", at, {
    message:
      value === undefined
        ? `The name that the path makes ${problem}; give the index a name.`
        : `The name of the index ${problem}.`,
    expected: "a name of 1 to 1023 UTF-8 bytes",
    actual: describeValue(value ?? name),
  });
  return undefined;
}

function checkIndexable(
  problems: Problems,
  at: string,
  path: FieldPath,
  { fields, brokenPaths }: CheckedFields,
): void {
  const schema: Schema = { fields, indexes: [], primaryKey: "" };
  const resolved = resolvePath(schema, path);
  const text = pathText(path);
  if (resolved === undefined) {
    if (brokenPaths.some((broken) => samePath(broken, path.slice(0, broken.length)))) return;
    const message = `There is no field "${text}" to index.${explainUnknownPath(schema, path).hint}`;
    problems.add("index_invalid", at, { message, expected: "the path of a field", actual: `"${text}"` });
    return;
  }
  const { kind } = resolved.type;
  if (kind !== "list" && kind !== "object" && kind !== "json") return;
  const hint =
    kind === "object" ? ` Index a field inside it, such as "${text}.${firstName(resolved.type)}".` : "";
  problems.add("index_invalid", at, {
    message: `"${text}" is of type ${kind}, which cannot be indexed; a scalar or an enum can.${hint}`,
    expected: "a scalar or an enum",
    actual: kind,
  });
}

function firstName(type: {
  readonly kind: string;
  readonly fields?: readonly { readonly name: string }[];
}): string {
  return type.fields?.[0]?.name ?? "";
}
