/**
 * Finds the tagged scalars at some paths of record payloads, all in one pass over a payload and without decoding anything. Compiled once for
 * the fields of a schema version, and used for every row when an index is built or a vault is written anew.
 */
import type { Field, FieldPath, Type } from "@modelvault/core";
import { ENTRIES_MAX } from "./layout.ts";
import { PayloadProblem } from "./payload-reader.ts";
import { KEY_OFFSET } from "./record-head.ts";

/** Stands for a path that leads to nothing in a payload. */
export const ABSENT = -1;

/** How to pass a value. `wanted` are the places in the results that a scalar goes to. */
type Step =
  | { readonly kind: "scalar"; readonly wanted: readonly number[] }
  | { readonly kind: "optional"; readonly inner: Step }
  | { readonly kind: "list"; readonly element: Step }
  | { readonly kind: "object"; readonly fields: readonly Step[] };

interface FieldStep {
  readonly step: Step;
  /** The path as a payload of layout 3 spells it. */
  readonly path: Uint8Array;
  /** No wanted scalar is in it, nor in any field behind it. */
  readonly nothingMore: boolean;
}

export class ScalarLocator {
  /** Where the scalar of each path begins and ends in the bytes of the last call; {@link ABSENT} where there is none. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** End of the primary key, which begins at `KEY_OFFSET` of the payload. */
  keyEnd = 0;
  /** Paths that are the primary key. */
  readonly #keys: readonly number[];
  /** Fields other than the primary key, of one segment only: what layouts 1 and 2 hold, in order. */
  readonly #flat: readonly FieldStep[];
  /** All fields other than the primary key: what layout 3 names. */
  readonly #all: readonly FieldStep[];
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;

  constructor(fields: readonly Field[], primaryKey: string, paths: readonly FieldPath[]) {
    this.starts = new Int32Array(paths.length);
    this.ends = new Int32Array(paths.length);
    const isKey = (path: FieldPath): boolean => path.length === 1 && path[0] === primaryKey;
    this.#keys = paths.flatMap((path, index) => (isKey(path) ? [index] : []));
    const others = fields.filter(({ path }) => !isKey(path));
    this.#all = fieldSteps(others, paths);
    this.#flat = fieldSteps(
      others.filter(({ path }) => path.length === 1),
      paths,
    );
  }

  /**
   * Looks through the payload `bytes[at..end)`. The results are good until the next call.
   * @throws PayloadProblem when it is not made up as the fields say, as far as it is looked at
   */
  locate(bytes: Uint8Array, at: number, end: number): void {
    this.starts.fill(ABSENT);
    this.ends.fill(ABSENT);
    this.#bytes = bytes;
    this.#end = end;
    const layout = at < end ? (bytes[at] as number) : 0;
    const keyAt = at + KEY_OFFSET;
    this.keyEnd = this.#scalarEnd(keyAt);
    for (const index of this.#keys) {
      this.starts[index] = keyAt;
      this.ends[index] = this.keyEnd;
    }
    const count = this.#u32(this.keyEnd);
    const valuesAt = this.keyEnd + 4;
    if (layout === 3) this.#locateNamed(count, valuesAt);
    else this.#locateInOrder(count, valuesAt);
  }

  #locateInOrder(count: number, valuesAt: number): void {
    const steps = this.#flat;
    let at = valuesAt;
    for (let index = 0; index < count; index++) {
      const field = steps[index];
      if (field === undefined) throw new PayloadProblem("a field is unknown", at);
      if (field.nothingMore) return;
      at = this.#pass(field.step, at);
    }
  }

  /** Fields may stand in any order; they are looked for where they usually stand first. */
  #locateNamed(count: number, valuesAt: number): void {
    const steps = this.#all;
    let at = valuesAt;
    for (let index = 0; index < count; index++) {
      let field = steps[index];
      if (field === undefined || !this.#named(field, at)) field = steps.find((each) => this.#named(each, at));
      if (field === undefined) throw new PayloadProblem("a field is unknown", at);
      at = this.#pass(field.step, at + field.path.length);
    }
  }

  #named({ path }: FieldStep, at: number): boolean {
    if (path.length > this.#end - at) return false;
    for (let index = 0; index < path.length; index++)
      if (this.#bytes[at + index] !== path[index]) return false;
    return true;
  }

  /** Passes a value; returns where it ends. */
  #pass(step: Step, at: number): number {
    switch (step.kind) {
      case "scalar": {
        const end = this.#scalarEnd(at);
        for (const index of step.wanted) {
          this.starts[index] = at;
          this.ends[index] = end;
        }
        return end;
      }
      case "optional": {
        if (at >= this.#end) throw new PayloadProblem("it ends too early", at);
        return this.#bytes[at] === 0 ? at + 1 : this.#pass(step.inner, at + 1);
      }
      case "list": {
        let next = at + 4;
        let count = this.#u32(at);
        if (count > ENTRIES_MAX) throw new PayloadProblem(`${count} elements do not fit`, at);
        for (; count > 0; count--) next = this.#pass(step.element, next);
        return next;
      }
      case "object": {
        let next = at;
        for (const field of step.fields) next = this.#pass(field, next);
        return next;
      }
    }
  }

  #scalarEnd(at: number): number {
    if (at >= this.#end) throw new PayloadProblem("it ends too early", at);
    const tag = this.#bytes[at] as number;
    let end = at + 9;
    if (tag === 4 || tag === 5) end = at + 5 + this.#u32(at + 1);
    else if (tag === 6) end = at + 17;
    else if (tag === 0) end = at + 2;
    else if (tag > 7) throw new PayloadProblem("a scalar has an unknown tag", at);
    if (end > this.#end) throw new PayloadProblem("it ends too early", at);
    return end;
  }

  #u32(at: number): number {
    if (at + 4 > this.#end) throw new PayloadProblem("it ends too early", at);
    const bytes = this.#bytes;
    return (
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0
    );
  }
}

function fieldSteps(fields: readonly Field[], paths: readonly FieldPath[]): FieldStep[] {
  const steps = fields.map(({ path, type }) => {
    const rests = paths.map((wanted) =>
      path.every((segment, index) => segment === wanted[index]) ? wanted.slice(path.length) : undefined,
    );
    return { step: stepOf(type, rests), path: encodedPath(path) };
  });
  return steps.map(({ step, path }, index) => ({
    step,
    path,
    nothingMore: steps.slice(index).every((each) => !isWanted(each.step)),
  }));
}

/** @param rests what is left of each path at this type; undefined where the path does not lead here */
function stepOf(type: Type, rests: readonly (FieldPath | undefined)[]): Step {
  switch (type.kind) {
    case "optional":
      return { kind: "optional", inner: stepOf(type.inner, rests) };
    case "list":
      return {
        kind: "list",
        element: stepOf(
          type.element,
          rests.map(() => undefined),
        ),
      };
    case "object":
      return {
        kind: "object",
        fields: type.fields.map((field) =>
          stepOf(
            field.type,
            rests.map((rest) => (rest !== undefined && rest[0] === field.name ? rest.slice(1) : undefined)),
          ),
        ),
      };
    default:
      return { kind: "scalar", wanted: rests.flatMap((rest, index) => (rest?.length === 0 ? [index] : [])) };
  }
}

function isWanted(step: Step): boolean {
  switch (step.kind) {
    case "scalar":
      return step.wanted.length > 0;
    case "optional":
      return isWanted(step.inner);
    case "list":
      return false;
    case "object":
      return step.fields.some(isWanted);
  }
}

function encodedPath(path: FieldPath): Uint8Array {
  const segments = path.map((segment) => Buffer.from(segment));
  const bytes = Buffer.alloc(1 + segments.reduce((sum, { length }) => sum + 2 + length, 0));
  bytes[0] = segments.length;
  let at = 1;
  for (const segment of segments) {
    bytes.writeUInt16LE(segment.length, at);
    bytes.set(segment, at + 2);
    at += 2 + segment.length;
  }
  return bytes;
}
