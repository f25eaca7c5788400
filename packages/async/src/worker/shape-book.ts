/** Numbers the shapes that rows are sent in, so that each travels once. Equal schemas have one number, however often the catalogue is read anew. */
import { type CollectionState, type PackedShape, stateParts } from "@modelvault/core";
import type { Shape } from "../protocol/messages.ts";

export class ShapeBook {
  readonly #states = new Map<string, number>();
  readonly #known = new WeakMap<
    CollectionState,
    { readonly state: number; readonly shapes: Map<string, number> }
  >();
  readonly #shapes = new Map<string, number>();
  #unsent: (readonly [number, Shape])[] = [];

  /** The number of a shape; new ones are kept for {@link takeUnsent}. */
  numberOf({ state, paths }: PackedShape): number {
    let known = this.#known.get(state);
    if (known === undefined) {
      known = { state: this.#stateOf(state), shapes: new Map() };
      this.#known.set(state, known);
    }
    const text = paths === undefined ? "" : JSON.stringify(paths);
    const before = known.shapes.get(text);
    if (before !== undefined) return before;
    const number = this.#shapeOf(known.state, state, text, paths);
    known.shapes.set(text, number);
    return number;
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  /** Shapes that no message has carried yet. */
  takeUnsent(): readonly (readonly [number, Shape])[] {
    const unsent = this.#unsent;
    if (unsent.length > 0) this.#unsent = [];
    return unsent;
  }

  #stateOf(state: CollectionState): number {
    const { history, ...parts } = stateParts(state);
    const text = JSON.stringify([parts, [...history]], (_, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    );
    let number = this.#states.get(text);
    if (number === undefined) {
      number = this.#states.size;
      this.#states.set(text, number);
    }
    return number;
  }

  #shapeOf(number: number, state: CollectionState, text: string, paths: PackedShape["paths"]): number {
    const key = `${number} ${text}`;
    const before = this.#shapes.get(key);
    if (before !== undefined) return before;
    const shape = this.#shapes.size;
    this.#shapes.set(key, shape);
    this.#unsent.push([shape, { state: number, parts: stateParts(state), paths }]);
    return shape;
  }
}
