/** Decoders for the rows a worker sends, compiled once per schema version, as the engine itself does. */
import {
  type CollectionState,
  compileState,
  type IntegerMode,
  ModelVaultError,
  type Row,
} from "@modelvault/core";
import type { Shape } from "../protocol/messages.ts";

type Decode = (payload: Uint8Array) => Row;

export class ShapeCache {
  readonly #states = new Map<number, CollectionState>();
  readonly #shapes = new Map<number, { readonly state: CollectionState; readonly paths: Shape["paths"] }>();

  learn(shapes: readonly (readonly [number, Shape])[]): void {
    for (const [number, { state, parts, paths }] of shapes) {
      let known = this.#states.get(state);
      if (known === undefined && parts !== undefined) {
        known = compileState(parts);
        this.#states.set(state, known);
      }
      if (known !== undefined) this.#shapes.set(number, { state: known, paths });
    }
  }

  decoder(number: number, integers: IntegerMode): Decode {
    const shape = this.#shapes.get(number);
    if (shape === undefined)
      throw new ModelVaultError("internal", "Rows came in a shape that was never sent.");
    return shape.paths === undefined
      ? shape.state.decoder(integers)
      : shape.state.decoder(integers, shape.paths);
  }
}
