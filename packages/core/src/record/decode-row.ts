/**
 * Row decoders: from a payload of any layout, written under any schema version, to a row in the shape of the current
 * schema. All its fields are there in order of declaration, absent ones as `null`, with the objects on the way to a nested path;
 * what the current schema does not have is left out.
 */
import type { IntegerMode, RowDecoder } from "../collection/collection-state.ts";
import type { Field, FieldPath, Row, Schema } from "../schema/types.ts";
import { generateDecoder } from "./generate-decoder.ts";
import { interpretPlan } from "./interpret-plan.ts";
import { planRow, selectionOf } from "./read-plan.ts";
import { OPERATION_DELETE, OPERATION_OFFSET, type RecordLayout } from "./record-layout.ts";
import { RecordReader } from "./record-reader.ts";

export interface RowDecoderOptions {
  /** Field lists of all schema versions by number; the highest number is the current version. */
  readonly history: ReadonlyMap<number, readonly Field[]>;
  readonly schema: Schema;
  readonly integers: IntegerMode;
  /** Only these paths, inside their parents. A path may end at an object; one that leads nowhere is ignored. Default: all. */
  readonly paths?: readonly FieldPath[];
  /**
   * Rows of one kind that are decoded before code is generated for them, where the host allows that; 0: at once, infinity: never.
   * Default 50: below that, generating costs more than it saves.
   */
  readonly generateAfter?: number;
}

/** The way rows of one layout and schema version take. */
interface Route {
  readonly layout: number;
  readonly version: number;
  decode: RowDecoder;
}

const GENERATE_AFTER = 50;

/**
 * Compiles a decoder.
 * @returns a function that throws record_payload_invalid (a damaged payload, a deletion) and, in mode "number", integer_unsafe.
 */
export function compileRowDecoder(options: RowDecoderOptions): RowDecoder {
  const routes = new Map<number, Route>();
  let last: Route = { layout: -1, version: -1, decode: () => ({}) };
  return (payload: Uint8Array): Row => {
    const b = payload;
    const version = (((b[6] as number) |
      ((b[7] as number) << 8) |
      ((b[8] as number) << 16) |
      ((b[9] as number) << 24)) >>>
      0) as number;
    if (
      b[0] !== last.layout ||
      b[1] !== 0 ||
      version !== last.version ||
      b[OPERATION_OFFSET] === OPERATION_DELETE
    ) {
      last = findRoute(options, routes, payload);
    }
    return last.decode(payload);
  };
}

function findRoute(options: RowDecoderOptions, routes: Map<number, Route>, payload: Uint8Array): Route {
  const reader = new RecordReader(payload);
  const layout = reader.u16();
  if (layout !== 1 && layout !== 2 && layout !== 3)
    return reader.fail("unknown_version", `payload version ${layout} is unknown`, 0);
  reader.u32();
  const version = reader.u32();
  if (reader.u8() === OPERATION_DELETE)
    return reader.fail("delete", "it is the deletion of a row", OPERATION_OFFSET);
  const current = Math.max(...options.history.keys());
  if (version > current)
    return reader.fail(
      "schema_version",
      `schema version ${version} is not known, the latest is ${current}`,
      6,
    );
  const key = version * 4 + layout;
  let route = routes.get(key);
  if (route === undefined) {
    route = makeRoute(options, layout, version, version === current);
    // Versions nobody knows of come from damaged or foreign files only; they are not kept.
    if (options.history.has(version)) routes.set(key, route);
  }
  return route;
}

function makeRoute(
  options: RowDecoderOptions,
  layout: RecordLayout,
  version: number,
  current: boolean,
): Route {
  const { history, schema, integers, paths, generateAfter = GENERATE_AFTER } = options;
  const known = current ? schema.fields : history.get(version);
  const plan = planRow({
    layout,
    // Of a version that is not known, a row holds the first of the present fields.
    stored: known ?? schema.fields,
    exact: known !== undefined,
    schema,
    selection: paths === undefined ? "all" : selectionOf(paths),
  });
  const interpret: RowDecoder = (payload) => interpretPlan(plan, integers, payload);
  const route: Route = { layout, version, decode: interpret };
  let rows = 0;
  if (generateAfter !== Number.POSITIVE_INFINITY) {
    route.decode = (payload) => {
      if (rows++ >= generateAfter) {
        route.decode = generateDecoder(plan, integers, interpret) ?? interpret;
        return route.decode(payload);
      }
      return interpret(payload);
    };
  }
  return route;
}
