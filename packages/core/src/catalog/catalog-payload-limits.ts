/** Limits of catalog payloads, which upstream's reader enforces and we enforce on both sides: it writes what it cannot read, we do not. */

/** Fields of one schema version. */
export const FIELD_COUNT_MAX: number = 4096;
/** Constraints of one field; indexes of one schema version. */
export const ENTRY_COUNT_MAX: number = 1_048_576;
/** UTF-8 bytes of the name of a collection, an index or a primary key. */
export const NAME_BYTES_MAX: number = 1023;
/** Optionals, lists and objects around a type. */
export const TYPE_DEPTH_MAX: number = 32;
/** A whole payload, of a schema or of a row. */
export const PAYLOAD_BYTES_MAX: number = 67_108_864;
/** Segments of a field path in a record payload. */
export const PATH_SEGMENTS_MAX: number = 255;
/** UTF-8 bytes of one segment of a field path in a record payload. */
export const PATH_SEGMENT_BYTES_MAX: number = 65_535;
