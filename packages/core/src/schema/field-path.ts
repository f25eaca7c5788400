/**
 * Field paths: names from the row downwards. Written as a list of segments, or as text with dots between them; a
 * segment that holds a dot itself needs the list form.
 */
import { ModelVaultError } from "../errors/error.ts";
import { describeValue, quote } from "./describe-value.ts";
import { pathSegmentsMax, segmentBytesMax } from "./limits.ts";
import { isWellFormed, utf8LongerThan } from "./text.ts";
import type { FieldPath } from "./types.ts";

/** The path of `"author.name"` or `["author", "name"]`, frozen. @throws field_path_invalid */
export function parsePath(path: string | readonly string[]): FieldPath {
  const parsed = readPath(path);
  if (typeof parsed !== "string") return parsed;
  const actual = describeValue(path);
  throw new ModelVaultError("field_path_invalid", `A field path ${parsed}; found ${actual}.`, {
    expected: `a path that ${parsed}`,
    actual,
  });
}

/** The path, or what a path must be where this is none, as the end of a sentence. */
export function readPath(path: unknown): FieldPath | string {
  if (typeof path !== "string" && !Array.isArray(path)) return "is text with dots or a list of segments";
  if (path.length === 0) return "has at least one segment";
  const segments: unknown[] =
    typeof path === "string" ? path.split(".") : Array.from(path.slice(0, pathSegmentsMax + 1) as unknown[]);
  if (segments.length > pathSegmentsMax) return `has at most ${pathSegmentsMax} segments`;
  for (const segment of segments) {
    if (typeof segment !== "string") return "has nothing but text as its segments";
    const problem = segmentProblem(segment);
    if (problem !== undefined) return problem;
  }
  return Object.freeze(segments as string[]);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === "") return "has no empty segment";
  if (!isWellFormed(segment)) return "holds no lone surrogate, which UTF-8 cannot express";
  if (utf8LongerThan(segment, segmentBytesMax))
    return `has segments of at most ${segmentBytesMax} UTF-8 bytes`;
  // JavaScript gives the name a meaning of its own: `{ __proto__: 1 }` is an object without such a property.
  if (segment === "__proto__")
    return `cannot hold the name "__proto__", which JavaScript objects cannot carry safely`;
  return undefined;
}

/** The path as text for people: with dots, or as a list where a segment holds a dot. */
export function pathText(path: FieldPath): string {
  return path.some((segment) => segment.includes(".")) ? `[${path.map(quote).join(", ")}]` : path.join(".");
}

/** The path as a key of maps: different for different paths. */
export function pathKey(path: FieldPath): string {
  return JSON.stringify(path);
}

/** Whether two paths have the same segments. */
export function samePath(a: FieldPath, b: FieldPath): boolean {
  return a.length === b.length && a.every((segment, index) => segment === b[index]);
}

/** Whether `path` lies below `parent`; a path does not lie below itself. */
export function isBelow(path: FieldPath, parent: FieldPath): boolean {
  return path.length > parent.length && parent.every((segment, index) => segment === path[index]);
}
