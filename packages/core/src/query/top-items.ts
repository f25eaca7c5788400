/** The first few of many items: a heap of bounded size whose root is the last of those kept, so that most newcomers cost one comparison. */

export class TopItems<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #most: number;
  readonly #heap: T[] = [];

  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(item: T): void {
    const heap = this.#heap;
    if (heap.length < this.#most) {
      heap.push(item);
      this.#rise(heap.length - 1);
    } else if (this.#most > 0 && this.#compare(item, heap[0] as T) < 0) {
      heap[0] = item;
      this.#sink();
    }
  }

  /** What was kept, first to last. Ends the use of this heap. */
  sorted(): T[] {
    return this.#heap.sort(this.#compare);
  }

  #rise(start: number): void {
    const heap = this.#heap;
    const item = heap[start] as T;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(item, heap[parent] as T) <= 0) break;
      heap[at] = heap[parent] as T;
      at = parent;
    }
    heap[at] = item;
  }

  #sink(): void {
    const heap = this.#heap;
    const item = heap[0] as T;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#compare(heap[child + 1] as T, heap[child] as T) > 0) child++;
      if (this.#compare(heap[child] as T, item) <= 0) break;
      heap[at] = heap[child] as T;
      at = child;
    }
    heap[at] = item;
  }
}
