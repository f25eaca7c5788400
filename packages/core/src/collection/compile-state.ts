/**
 * Compiles one version of a collection's schema into a {@link CollectionState}: validator, encoder, decoders, key
 * codec and keyspaces. Done once per version; everything else runs on the result.
 */
import { ModelVaultError } from "../errors/error.ts";
import { encodeKey, INDEX_KEY_OVERHEAD_BYTES_MAX } from "../keys/key-codec.ts";
import { compileRowDecoder } from "../record/decode-row.ts";
import { compileRowEncoder } from "../record/encode-row.ts";
import { resolvePath } from "../schema/resolve-path.ts";
import type { Field, FieldPath, IndexDefinition, ScalarKind, Schema, Type, Value } from "../schema/types.ts";
import { compileValidator } from "../validate/compile-validator.ts";
import { compileFill } from "../validate/fill-defaults.ts";
import { compileRowCopy } from "../validate/row-copy.ts";
import type { CollectionState, IndexState, IntegerMode, RowDecoder } from "./collection-state.ts";

/** What a state is made of. */
export interface StateParts {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly schema: Schema;
  readonly history: ReadonlyMap<number, readonly Field[]>;
  /** From {@link numberIndexes}. */
  readonly numbering: IndexNumbering;
  /** Longest key of the store in bytes; absent: no limit. */
  readonly keyBytesMax?: number | undefined;
}

/** The indexes of a version with their ids, and the id the next new one gets. */
export type IndexNumbering = Pick<CollectionState, "indexes" | "indexIdNext">;

/** Compiles. Never refuses a schema that was once stored: what cannot be written reports so when written. */
export function compileState(parts: StateParts): CollectionState {
  const { id, name, version, schema, history } = parts;
  const { indexes, indexIdNext } = parts.numbering;
  const primaryKind = primaryKindOf(schema);
  const fill = compileFill(schema);
  const keyBytesMax =
    parts.keyBytesMax === undefined ? undefined : parts.keyBytesMax - INDEX_KEY_OVERHEAD_BYTES_MAX;
  return {
    id,
    name,
    version,
    schema,
    history,
    primaryKind,
    rows: { kind: "rows", collection: id },
    indexes,
    indexIdNext,
    indexedPaths: indexes.map(({ definition }) => definition.path),
    copy: compileRowCopy(schema),
    ...(fill === undefined ? {} : { fill }),
    validate: compileValidator(schema),
    encode: compileRowEncoder(id, version, schema),
    decoder: cachedDecoders((integers, paths) =>
      compileRowDecoder({ history, schema, integers, ...(paths === undefined ? {} : { paths }) }),
    ),
    encodeKey(key: Value): Uint8Array {
      const bytes = encodePrimaryKey(name, schema.primaryKey, primaryKind, key);
      if (keyBytesMax !== undefined && bytes.length > keyBytesMax) {
        throw new ModelVaultError(
          "primary_key_invalid",
          `The primary key "${schema.primaryKey}" of "${name}" takes ${bytes.length} bytes; this store allows ${keyBytesMax}.`,
          { collection: name, field: schema.primaryKey, keyBytes: bytes.length, keyBytesMax },
        );
      }
      return bytes;
    },
  };
}

/** The state of the next version of a collection. */
export function nextState(
  { id, name, version, history, indexes, indexIdNext }: CollectionState,
  schema: Schema,
  keyBytesMax: number | undefined,
): CollectionState {
  return compileState({
    id,
    name,
    version: version + 1,
    schema,
    history: new Map(history).set(version + 1, schema.fields),
    numbering: numberIndexes(id, schema, { indexes, indexIdNext }),
    keyBytesMax,
  });
}

/** Projections in use at one time are few; a program that makes up ever new ones must not grow without end. */
const DECODERS_MAX = 256;

type MakeDecoder = (integers: IntegerMode, paths?: readonly FieldPath[]) => RowDecoder;

/** Compiles each decoder once: found by the very list of paths where a caller keeps it, else by its text. */
function cachedDecoders(compile: MakeDecoder): MakeDecoder {
  const whole = new Map<IntegerMode, RowDecoder>();
  const byList = new Map<IntegerMode, WeakMap<readonly FieldPath[], RowDecoder>>();
  const byText = new Map<string, RowDecoder>();
  return (integers, paths) => {
    if (paths === undefined) {
      const known = whole.get(integers);
      if (known !== undefined) return known;
      const decoder = compile(integers);
      whole.set(integers, decoder);
      return decoder;
    }
    let lists = byList.get(integers);
    if (lists === undefined) {
      lists = new WeakMap();
      byList.set(integers, lists);
    }
    const known = lists.get(paths);
    if (known !== undefined) return known;
    const text = integers + JSON.stringify(paths);
    let decoder = byText.get(text);
    if (decoder === undefined) {
      if (byText.size >= DECODERS_MAX) byText.clear();
      decoder = compile(integers, paths);
      byText.set(text, decoder);
    }
    lists.set(paths, decoder);
    return decoder;
  };
}

function encodePrimaryKey(collection: string, field: string, kind: ScalarKind, key: Value): Uint8Array {
  try {
    return encodeKey(kind, key);
  } catch (cause) {
    if (!(cause instanceof ModelVaultError)) throw cause;
    throw new ModelVaultError(
      "primary_key_invalid",
      `The primary key "${field}" of "${collection}" must be ${kind}: ${cause.message}`,
      { ...cause.details, collection, field, expected: kind },
    );
  }
}

/**
 * Keeps the id of an index whose definition and scalar kind stay from the version before, gives every other one a new
 * id. A pure walk over the catalogue's history, so that a driver comes to the same numbers.
 */
export function numberIndexes(collection: number, schema: Schema, before?: IndexNumbering): IndexNumbering {
  let indexIdNext = before?.indexIdNext ?? 1;
  const indexes = schema.indexes.map((definition): IndexState => {
    const kind = indexKindOf(schema, definition);
    const kept = before?.indexes.find(
      (index) => index.kind === kind && sameDefinition(index.definition, definition),
    );
    const id = kept?.id ?? indexIdNext++;
    return { id, definition, kind, space: { kind: "index", collection, index: id } };
  });
  return { indexes, indexIdNext };
}

function sameDefinition(a: IndexDefinition, b: IndexDefinition): boolean {
  return a.name === b.name && a.unique === b.unique && JSON.stringify(a.path) === JSON.stringify(b.path);
}

/** Kind of the leaf an index is on. A path that leads nowhere (upstream's Rust API accepts those) has no entries, whatever its kind. */
function indexKindOf(schema: Schema, definition: IndexDefinition): ScalarKind {
  const resolved = resolvePath(schema, definition.path);
  return (resolved === undefined ? undefined : scalarKindOf(resolved.type)) ?? "string";
}

function primaryKindOf(schema: Schema): ScalarKind {
  const field = schema.fields.find(
    (candidate) => candidate.path.length === 1 && candidate.path[0] === schema.primaryKey,
  );
  return (field === undefined ? undefined : scalarKindOf(field.type)) ?? "string";
}

/** The scalar kind values of a type are compared and keyed by: enums as strings, optionals as what they hold; else undefined. */
export function scalarKindOf(type: Type): ScalarKind | undefined {
  switch (type.kind) {
    case "optional":
      return scalarKindOf(type.inner);
    case "enum":
      return "string";
    case "list":
    case "object":
    case "json":
      return undefined;
    default:
      return type.kind;
  }
}
