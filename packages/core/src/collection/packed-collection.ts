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

  /** Key bytes of a primary key. @throws primary_key_invalid */
  encodeKey(key: Value): Uint8Array {
    return this.shape().state.encodeKey(key);
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
