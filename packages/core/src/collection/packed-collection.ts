/**
 * A collection whose rows come out as they are stored: as payload bytes, to be decoded elsewhere, in another thread
 * say. What decodes them is the state they came with, which travels as plain data (`state-parts.ts`).
 */
import type { Scope } from "../database/scope.ts";
import { Query } from "../query/query.ts";
import type { FieldPath, Value } from "../schema/types.ts";
import { notFound, queryHost, rowWrite } from "./collection.ts";
import type { CollectionState } from "./collection-state.ts";
import { type RowChange, updateRow } from "./write-rows.ts";

/** How payloads are to be decoded: `state.decoder(integers, paths)`. */
export interface PackedShape {
  readonly state: CollectionState;
  /** The selected paths; undefined: whole rows. */
  readonly paths: readonly FieldPath[] | undefined;
}

export class PackedCollection {
  readonly #scope: Scope;
  readonly #name: string;

  /** Made by `packed(name)` of a database, a transaction or a view. @throws collection_unknown */
  constructor(scope: Scope, name: string) {
    this.#scope = scope;
    this.#name = scope.current().catalog.require(name).name;
  }

  /** What whole rows that this scope shows now are to be decoded with. */
  shape(): PackedShape {
    return { state: this.#scope.current().catalog.require(this.#name), paths: undefined };
  }

  /** The payloads under some keys, in their order, read at one moment; undefined where there is no row. @throws primary_key_invalid */
  getMany(keys: readonly Value[]): (Uint8Array | undefined)[] {
    const { reader, catalog } = this.#scope.current();
    const { encodeKey, rows } = catalog.require(this.#name);
    const keyBytes = keys.map(encodeKey);
    return reader.getMany?.(rows, keyBytes) ?? keyBytes.map((key) => reader.get(rows, key));
  }

  /**
   * Looks ahead of a rewrite: gives the payloads from a key on, in key order, with the schema as it is now, also while rows behind that key
   * are on their way to a new version and the collection itself must not be read.
   */
  lookAhead(): (from: Value, rowsMax: number) => Uint8Array[] {
    const { reader, catalog } = this.#scope.current();
    const { rows, encodeKey } = catalog.require(this.#name);
    return (from, rowsMax) => {
      const payloads: Uint8Array[] = [];
      for (const [, payload] of reader.scan(rows, { gte: encodeKey(from) })) {
        payloads.push(payload);
        if (payloads.length >= rowsMax) break;
      }
      return payloads;
    };
  }

  /** Changes the row under a key as `update` of a collection does; returns its new payload. @throws as that */
  update(key: Value, change: RowChange): Uint8Array {
    const { integers } = this.#scope.options;
    return this.#scope.statement((session) => {
      const write = rowWrite(session, this.#name);
      const payload = updateRow(write, write.state.encodeKey(key), change, integers);
      if (payload === undefined) throw notFound(write.state, key);
      return payload;
    });
  }

  /**
   * The query that a plain spec describes, with payloads in place of rows.
   * @param onRun told of the shape of the payloads before any is handed out
   * @throws argument_invalid and the other errors of a spec
   */
  query(spec: unknown, onRun: (shape: PackedShape) => void): Query<Uint8Array> {
    const host = {
      ...queryHost(this.#scope, this.#name),
      decoder: (state: CollectionState, paths: readonly FieldPath[] | undefined) => {
        onRun({ state, paths });
        return (payload: Uint8Array): Uint8Array => payload;
      },
    };
    return Query.fromSpec<Uint8Array>(host, spec);
  }
}
