/**
 * One stored row on its way to a new schema version: read as the new version reads it, filled where it lacks what has a default, or made by the caller's
 * function; then judged. Used for the real thing and for the dry run.
 */
import type { CollectionState, IntegerMode } from "../collection/collection-state.ts";
import { isModelVaultError, ModelVaultError, type ValidationIssue } from "../errors/error.ts";
import { refusePromise } from "../errors/refuse-promise.ts";
import { sameBytes, show } from "../index/index-entries.ts";
import { decodeKey } from "../keys/key-codec.ts";
import type { Row, Value } from "../schema/types.ts";
import { compileFill } from "../validate/fill-defaults.ts";

/** Makes the new row from the old one, which is in the shape of the old schema, and its key. */
export type Rewrite = (row: Row, key: Value) => Row;

/** What rows go from and to. */
export interface RowChangePlan {
  readonly before: CollectionState;
  readonly after: CollectionState;
  readonly rewrite?: Rewrite | undefined;
  /** How integers are handed to `rewrite`. */
  readonly integers: IntegerMode;
}

/** Compiles the way of rows. What comes out is not checked. It throws what `rewrite` throws, row_unreadable, and migration_row_invalid. */
export function compileNextRow(plan: RowChangePlan): (key: Uint8Array, payload: Uint8Array) => unknown {
  const { before, after, rewrite, integers } = plan;
  if (rewrite !== undefined) {
    const decodeOld = before.decoder(integers);
    return (key, payload) => {
      const made = rewrite(decodeOld(payload), decodeKey(before.primaryKind, key, integers));
      const message = "The rewrite function returned a promise; it must return the new row.";
      const row = after.copy(refusePromise(made, "options.rewrite", message));
      after.fill?.(row);
      return row;
    };
  }
  const decodeNew = after.decoder("exact");
  const fill = compileFill(after.schema, { nulls: "required" });
  return (key, payload) => {
    let row: Row;
    try {
      row = decodeNew(payload);
    } catch (cause) {
      throw unreadableAsNew(plan, key, payload, cause);
    }
    fill?.(row);
    return row;
  };
}

/** Text that is to be JSON from now on, and is none, is a row that does not fit: it is no damage. */
function unreadableAsNew(
  { before, after }: RowChangePlan,
  key: Uint8Array,
  payload: Uint8Array,
  cause: unknown,
): unknown {
  if (!isModelVaultError(cause, "record_payload_invalid")) return cause;
  // Throws where the payload is damaged.
  before.decoder("exact")(payload);
  return new ModelVaultError(
    "migration_row_invalid",
    `The row ${show(keyOf(before, key))} of "${after.name}" does not fit the new version: it cannot be read as such. ${cause.message}`,
    { collection: after.name, key: keyOf(before, key) },
    { cause },
  );
}

/** Refuses a row that the new version does not take. @throws migration_row_invalid, primary_key_changed */
export function refuseMisfit({ before, after }: RowChangePlan, key: Uint8Array, row: unknown): Row {
  const issues = after.validate(row);
  if (issues.length > 0) throw misfit(before, after, key, issues);
  const checked = row as Row;
  if (!sameBytes(after.encodeKey(checked[after.schema.primaryKey] ?? null), key)) {
    throw new ModelVaultError(
      "primary_key_changed",
      `The rewrite changed the primary key of the row ${show(keyOf(before, key))} of "${after.name}".`,
      { collection: after.name, key: keyOf(before, key) },
    );
  }
  return checked;
}

function misfit(
  before: CollectionState,
  after: CollectionState,
  key: Uint8Array,
  issues: readonly ValidationIssue[],
): ModelVaultError {
  return new ModelVaultError(
    "migration_row_invalid",
    `The row ${show(keyOf(before, key))} of "${after.name}" does not fit the new version: ${issues.map((issue) => issue.message).join(" ")}`,
    { collection: after.name, key: keyOf(before, key) },
    { issues },
  );
}

/** The payload of a row that the new version takes. @throws row_too_large */
export function encodeFitting(
  { before, after }: RowChangePlan,
  key: Uint8Array,
  row: Row,
  valueBytesMax: number | undefined,
): Uint8Array {
  const payload = after.encode(row);
  if (valueBytesMax === undefined || payload.length <= valueBytesMax) return payload;
  throw new ModelVaultError(
    "row_too_large",
    `A row of "${after.name}" would take ${payload.length} bytes in the new version; this store allows ${valueBytesMax}.`,
    { collection: after.name, key: keyOf(before, key), valueBytes: payload.length, valueBytesMax },
  );
}

/** The primary key of key bytes. */
export function keyOf(state: CollectionState, key: Uint8Array): Value {
  return decodeKey(state.primaryKind, key, "exact");
}
