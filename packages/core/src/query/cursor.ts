/**
 * Keyset cursors: a place in the total order of a query, as text that can stand in a link. A cursor names the query it
 * belongs to, by a fingerprint of collection, predicate and order, and carries a checksum, so that a cursor of another query
 * and a damaged one are told apart and refused. It is no secret and no seal: whoever reads it can read the values in it.
 *
 *     base64url( 01 | checksum, 4 bytes | UTF-8 of JSON [fingerprint, [sort value, …], key bytes] )
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { fromBase64url, toBase64url } from "../keys/base64url.ts";
import { readUtf8, utf8Bytes } from "../keys/text.ts";
import { isWellFormed } from "../schema/text.ts";
import type { ScalarKind } from "../schema/types.ts";
import { spellExactly } from "./describe-condition.ts";
import type { Folded, Position, Scalar, TotalOrder } from "./resolved-query.ts";

const CURSOR_VERSION = 1;
const HEADER_BYTES = 5;

/** The cursor of a place. */
export function encodeCursor(
  state: CollectionState,
  where: Folded,
  order: TotalOrder,
  position: Position,
): string {
  const values = position.values.map((value, field) => sortValueToJson(order.fields[field]?.at.kind, value));
  const body = utf8Bytes(
    JSON.stringify([fingerprint(state, where, order), values, toBase64url(position.key)]),
  ) as Uint8Array;
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  bytes[0] = CURSOR_VERSION;
  new DataView(bytes.buffer).setUint32(1, checksum(body));
  bytes.set(body, HEADER_BYTES);
  return toBase64url(bytes);
}

/** The place a cursor names. @throws cursor_invalid, cursor_mismatch */
export function decodeCursor(
  cursor: string,
  state: CollectionState,
  where: Folded,
  order: TotalOrder,
): Position {
  const bytes = fromBase64url(cursor);
  if (bytes === undefined || bytes.length <= HEADER_BYTES || bytes[0] !== CURSOR_VERSION)
    throw cursorInvalid("it is no text that page() gave");
  const body = bytes.subarray(HEADER_BYTES);
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(1) !== checksum(body))
    throw cursorInvalid("it was changed or cut off");
  const parsed = parseBody(body);
  if (parsed[0] !== fingerprint(state, where, order)) {
    throw new ModelVaultError(
      "cursor_mismatch",
      `The cursor belongs to another query than this one on "${state.name}": collection, predicate and order must be the same for every page.`,
      { collection: state.name },
    );
  }
  const [, values, key] = parsed;
  if (values.length !== order.fields.length) throw cursorInvalid("it has another number of sort values");
  return {
    values: values.map((value, field) => sortValueFromJson(order.fields[field]?.at.kind, value)),
    key,
  };
}

function parseBody(
  body: Uint8Array,
): readonly [fingerprint: string, values: readonly unknown[], key: Uint8Array] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readUtf8(body, 0, body.length) ?? "");
  } catch {
    throw cursorInvalid("its content is not readable");
  }
  const [print, values, keyText] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
  const key = typeof keyText === "string" ? fromBase64url(keyText) : undefined;
  if (typeof print !== "string" || !Array.isArray(values) || key === undefined)
    throw cursorInvalid("its content has another shape");
  return [print, values, key];
}

function sortValueToJson(kind: ScalarKind | undefined, value: Scalar | null): unknown {
  if (value === null || kind === "bool" || kind === "string" || kind === "uuid") return value;
  return value instanceof Uint8Array ? toBase64url(value) : String(value);
}

/** @throws cursor_invalid, for whoever can compute a checksum can write anything else too */
function sortValueFromJson(kind: ScalarKind | undefined, value: unknown): Scalar | null {
  if (value === null) return null;
  if (kind === "bool" && typeof value === "boolean") return value;
  if (typeof value === "string") {
    const scalar = sortValueFromText(kind, value);
    if (scalar !== undefined) return scalar;
  }
  throw cursorInvalid("a sort value in it has the wrong type");
}

function sortValueFromText(kind: ScalarKind | undefined, text: string): Scalar | undefined {
  switch (kind) {
    case "string":
      return isWellFormed(text) ? text : undefined;
    case "uuid":
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
    case "bytes":
      return fromBase64url(text);
    case "float64": {
      const number = Number(text);
      return String(number) === text ? number : undefined;
    }
    case "int64":
    case "uint64":
    case "timestamp": {
      if (!/^(0|-?[1-9][0-9]{0,18}|1[0-9]{19})$/.test(text)) return undefined;
      const exact = BigInt(text);
      const inRange =
        kind === "uint64" ? exact >= 0n && exact < 2n ** 64n : exact >= -(2n ** 63n) && exact < 2n ** 63n;
      if (!inRange) return undefined;
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    default:
      return undefined;
  }
}

function cursorInvalid(reason: string): ModelVaultError {
  return new ModelVaultError(
    "cursor_invalid",
    `after is not a usable cursor: ${reason}. Start again without a cursor.`,
    {
      argument: "after",
      reason,
    },
  );
}

/** Names a query by what decides which rows it finds and in which order; limit and select may differ between pages. */
function fingerprint(state: CollectionState, where: Folded, order: TotalOrder): string {
  const text = `${JSON.stringify(state.name)}|${state.schema.primaryKey}:${state.primaryKind}|${spellExactly(where, order)}`;
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit ^ (first >>> 15), 0x85ebca6b);
  }
  return (first >>> 0).toString(36) + (second >>> 0).toString(36).padStart(7, "0");
}

function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
