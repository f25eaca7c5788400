/**
 * Row encoders: from a validated row to a payload of layout 2, or 3 where the schema has paths of several segments. Values may
 * have any form that validation takes: integers as `number` or `bigint`, uuids in any letter case, absent as null, undefined
 * or left out at every depth.
 */
import { ByteWriter } from "../keys/byte-writer.ts";
import type { Row, ScalarKind, Schema, Value } from "../schema/types.ts";
import { planEncoding, recordBeginning } from "./encode-plan.ts";
import { type GeneratedEncoder, generateEncoder } from "./generate-encoder.ts";
import { interpretEncoding } from "./interpret-encoding.ts";
import { OPERATION_DELETE } from "./record-layout.ts";
import { RecordWriter } from "./record-writer.ts";

export interface RowEncoderOptions {
  /** Rows that are encoded before code is generated, where the host allows that; 0: at once, infinity: never. Default 50. */
  readonly generateAfter?: number;
}

const GENERATE_AFTER = 50;

const shared = new ByteWriter();
let sharedTaken = false;

/**
 * Compiles the encoder of a schema version.
 * @returns a function that throws row_too_large, with `details.path`. What it returns is never changed again; its `buffer` holds
 * other payloads too, so copy it before transferring it to another thread.
 */
export function compileRowEncoder(
  collection: number,
  version: number,
  schema: Schema,
  options: RowEncoderOptions = {},
): (row: Row) => Uint8Array {
  const { generateAfter = GENERATE_AFTER } = options;
  const plan = planEncoding(collection, version, schema);
  let generated: GeneratedEncoder | undefined;
  let rows = 0;
  const write = (row: Row, out: ByteWriter): Uint8Array => {
    if (rows <= generateAfter && rows++ === generateAfter) generated = generateEncoder(plan);
    if (generated?.(row, out) !== true) {
      out.discard();
      interpretEncoding(plan, row, out);
    }
    return out.finish();
  };
  return (row) => withWriter((out) => write(row, out));
}

/**
 * The payload that deletes a row.
 * @param layout 3 where the schema has paths of several segments; readers take both
 */
export function encodeDeleteRecord(
  collection: number,
  version: number,
  primaryKind: ScalarKind,
  key: Value,
  layout: 2 | 3 = 2,
): Uint8Array {
  return withWriter((out) => {
    const writer = new RecordWriter(out);
    writer.raw(recordBeginning(layout, collection, version, OPERATION_DELETE));
    writer.scalar(primaryKind, key);
    writer.u32(0);
    return out.finish();
  });
}

/** Lends the shared writer, or another where user code that runs while a row is read (a getter) encodes one itself. */
function withWriter(write: (out: ByteWriter) => Uint8Array): Uint8Array {
  if (sharedTaken) return write(new ByteWriter());
  sharedTaken = true;
  try {
    return write(shared);
  } catch (error) {
    shared.discard();
    throw error;
  } finally {
    sharedTaken = false;
  }
}
