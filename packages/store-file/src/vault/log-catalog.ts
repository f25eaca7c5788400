/**
 * The catalogue as the log tells it: every schema version in order, as far as the rules for them hold. Upstream commits an
 * automatic registration before it checks it, so a log may hold entries that were refused to the caller (a duplicate name, say) and
 * never came into force; they are left out here, and told of.
 *
 * Immutable: a commit with schema changes makes a new one. States are compiled when first asked for.
 */
import {
  type CatalogEntry,
  type CollectionState,
  compileState,
  decodeCatalogPayload,
  type Field,
  type FieldPath,
  type IndexNumbering,
  type IndexState,
  numberIndexes,
  type ScalarKind,
  type Schema,
} from "@modelvault/core";

/** An entry that was written and never came into force. */
export interface RefusedSchema {
  readonly collection: number;
  readonly version: number;
  readonly reason: string;
}

/** One collection as the log has it. */
export class LogCollection {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly schema: Schema;
  /** Field lists of all versions. */
  readonly history: ReadonlyMap<number, readonly Field[]>;
  readonly numbering: IndexNumbering;
  /** Every index the collection ever had, by number. */
  readonly indexesEver: ReadonlyMap<number, IndexState>;
  #state: CollectionState | undefined;

  constructor(id: number, name: string, version: number, schema: Schema, before?: LogCollection) {
    this.id = id;
    this.name = name;
    this.version = version;
    this.schema = schema;
    this.history = new Map(before?.history).set(version, schema.fields);
    this.numbering = numberIndexes(id, schema, before?.numbering);
    const ever = new Map(before?.indexesEver);
    for (const index of this.numbering.indexes) ever.set(index.id, index);
    this.indexesEver = ever;
  }

  /** Compiled from what the file says; what only the system collection knows is missing. */
  get state(): CollectionState {
    const { id, name, version, schema, history, numbering } = this;
    this.#state ??= compileState({ id, name, version, schema, history, numbering });
    return this.#state;
  }

  /** Kind of the primary key. */
  get primaryKind(): ScalarKind {
    return this.state.primaryKind;
  }

  /** Whether records are written in layout 3, with paths. */
  get nested(): boolean {
    return this.schema.fields.some((field) => field.path.length > 1);
  }
}

export class LogCatalog {
  static readonly empty: LogCatalog = new LogCatalog(new Map(), [], []);

  readonly collections: ReadonlyMap<number, LogCollection>;
  /** Payloads in force, in order. */
  readonly payloads: readonly Uint8Array[];
  readonly refused: readonly RefusedSchema[];

  private constructor(
    collections: ReadonlyMap<number, LogCollection>,
    payloads: readonly Uint8Array[],
    refused: readonly RefusedSchema[],
  ) {
    this.collections = collections;
    this.payloads = payloads;
    this.refused = refused;
  }

  /**
   * The catalogue after more payloads. What breaks the rules is refused, and of two entries for the same version of the same
   * collection the first, which upstream cannot have accepted.
   * @throws catalog_payload_invalid when a payload cannot be decoded
   */
  with(payloads: readonly Uint8Array[]): LogCatalog {
    if (payloads.length === 0) return this;
    const entries = payloads.map((payload) => decodeCatalogPayload(payload));
    const last = new Map(entries.map((entry, index) => [placeOf(entry), index]));
    const collections = new Map(this.collections);
    const inForce = [...this.payloads];
    const refused = [...this.refused];
    entries.forEach((entry, index) => {
      const { collection, version } = entry;
      const reason =
        last.get(placeOf(entry)) === index ? refusal(collections, entry) : "it was written again later";
      if (reason !== undefined) {
        refused.push({ collection, version, reason });
        return;
      }
      const before = collections.get(collection);
      const name = entry.kind === "create" ? entry.name : (before?.name ?? "");
      const primaryKey = entry.kind === "create" ? entry.primaryKey : (before?.schema.primaryKey ?? "");
      const schema: Schema = { fields: entry.fields, indexes: entry.indexes, primaryKey };
      collections.set(collection, new LogCollection(collection, name, version, schema, before));
      inForce.push(payloads[index] as Uint8Array);
    });
    return new LogCatalog(collections, inForce, refused);
  }
}

function placeOf(entry: CatalogEntry): string {
  return `${entry.collection}/${entry.version}`;
}

/** Why an entry cannot come into force; undefined when it can. */
function refusal(collections: ReadonlyMap<number, LogCollection>, entry: CatalogEntry): string | undefined {
  const before = collections.get(entry.collection);
  let primaryKey = before?.schema.primaryKey ?? "";
  if (entry.kind === "create") {
    primaryKey = entry.primaryKey;
    for (const { name } of collections.values()) {
      if (name === entry.name) return `there is a collection "${name}" already`;
    }
    if (entry.collection !== collections.size + 1)
      return `the next collection is number ${collections.size + 1}`;
    if (entry.version !== 1) return "the first version must be 1";
  } else {
    if (before === undefined) return "there is no such collection";
    if (entry.version !== before.version + 1) return `the next version is ${before.version + 1}`;
  }
  const paths = entry.fields.map(({ path }) => path);
  const clash = clashingPath(paths);
  if (clash !== undefined) return `the field ${clash.join(".")} clashes with another`;
  const hasKey = primaryKey === "" || paths.some((path) => path.length === 1 && path[0] === primaryKey);
  return hasKey ? undefined : `there is no field for the primary key "${primaryKey}"`;
}

/** A path that occurs twice or holds another one inside itself. */
function clashingPath(paths: readonly FieldPath[]): FieldPath | undefined {
  const whole = new Set(paths.map((path) => JSON.stringify(path)));
  if (whole.size < paths.length)
    return paths.find((path, index) => paths.some((other, at) => at < index && same(other, path)));
  return paths.find((path) =>
    path.some((_, length) => length > 0 && whole.has(JSON.stringify(path.slice(0, length)))),
  );
}

function same(a: FieldPath, b: FieldPath): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
