/** Primary keys out of one or more walks, collected and sorted when the first is asked for, each handed out once. */
import { compareBytes } from "../keys/compare-values.ts";
import type { KeyWalk, RunContext } from "./key-walk.ts";
import { TopItems } from "./top-items.ts";

export interface Gathering {
  /** Only keys behind this one. */
  readonly after: Uint8Array | undefined;
  readonly reverse: boolean;
  /** Whether the walks give no key twice. */
  readonly distinct: boolean;
  /** How many are wanted at most. */
  readonly most: number;
}

export class GatheredKeys implements KeyWalk {
  readonly #context: RunContext;
  readonly #walks: readonly (() => KeyWalk)[];
  readonly #gathering: Gathering;
  readonly #compare: (a: Uint8Array, b: Uint8Array) => number;
  readonly #top: TopItems<Uint8Array> | undefined;
  readonly #all: Uint8Array[] = [];
  #walk: KeyWalk | undefined;
  #opened = 0;
  #keys: readonly Uint8Array[] | undefined;
  #at = 0;

  constructor(context: RunContext, walks: readonly (() => KeyWalk)[], gathering: Gathering) {
    this.#context = context;
    this.#walks = walks;
    this.#gathering = gathering;
    this.#compare = gathering.reverse ? (a, b) => compareBytes(b, a) : compareBytes;
    this.#top =
      gathering.distinct && gathering.most < Number.POSITIVE_INFINITY
        ? new TopItems<Uint8Array>(gathering.most, this.#compare)
        : undefined;
  }

  next(): Uint8Array | undefined {
    if (this.#keys === undefined && !this.#collect()) return undefined;
    return this.#keys?.[this.#at++];
  }

  close(): void {
    this.#keys = [];
    this.#walk?.close();
  }

  /** False: it was interrupted. */
  #collect(): boolean {
    while (this.#opened < this.#walks.length || this.#walk !== undefined) {
      this.#walk ??= this.#walks[this.#opened++]?.();
      if (this.#walk !== undefined) this.#drain(this.#walk);
      if (this.#context.pause?.paused === true) return false;
      this.#walk = undefined;
    }
    this.#keys = this.#sorted();
    return true;
  }

  #drain(walk: KeyWalk): void {
    const { after } = this.#gathering;
    for (let key = walk.next(); key !== undefined; key = walk.next()) {
      if (after !== undefined && this.#compare(key, after) <= 0) continue;
      if (this.#top === undefined) this.#all.push(key);
      else this.#top.add(key);
    }
  }

  #sorted(): readonly Uint8Array[] {
    if (this.#top !== undefined) return this.#top.sorted();
    const sorted = this.#all.sort(this.#compare);
    if (this.#gathering.distinct) return sorted;
    return sorted.filter(
      (key, position) => position === 0 || this.#compare(key, sorted[position - 1] as Uint8Array) !== 0,
    );
  }
}
