/**
 * The limits of schemas and values, all of them limits of the file format's readers: whatever lies within them can be
 * written and read again, by upstream too. Lengths of text are UTF-8 bytes.
 */

/** Names of collections, indexes and primary keys. */
export const nameBytesMax: number = 1023;

/** One segment of a field path. */
export const segmentBytesMax: number = 65_535;

/** Segments in a field path. */
export const pathSegmentsMax: number = 255;

/** Fields of a collection, counted at the top level of the list. */
export const fieldsMax: number = 4096;

/** Optional, list and object types around one leaf. */
export const typeDepthMax: number = 32;

/** Types in one schema, inner ones counted. No limit of the format, but of patience: a descriptor may share its parts. */
export const typesMax: number = 65_536;

/** Constraints of one field, and indexes of one collection. */
export const entriesMax: number = 1_048_576;

/** A regex pattern. */
export const patternBytesMax: number = 512;

/** One string or byte string in a row, a JSON value's text included. */
export const textBytesMax: number = 16 * 1024 * 1024;

/** Elements of one list. */
export const listElementsMax: number = 1_048_576;

/** Lists and objects inside each other in one JSON value. No limit of the format: it keeps every walk over a value shallow. */
export const jsonDepthMax: number = 256;
