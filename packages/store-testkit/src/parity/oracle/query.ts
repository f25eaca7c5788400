/** The oracle's query: collects what the builder says, and answers by going through all rows. */
import { OracleError } from "../outcome.ts";
import type { ParityQuery } from "../vault.ts";
import type { Built, CheckedQuery } from "./check-query.ts";
import { type Cursors, checkQuery, findRows } from "./find-rows.ts";
import { type Integers, publicObject, type StoredRow, selectMembers } from "./rows.ts";
import type { SchemaOf } from "./shape.ts";
import { type CollectionOf, collectionNamed, type Frame, type Held, identityOfKey } from "./state.ts";
import { update } from "./write.ts";

/** What a query runs on. */
export interface QueryGround {
  readonly frame: Frame;
  readonly name: string;
  readonly integers: Integers;
  readonly cursors: Cursors;
}

export class OracleQuery implements ParityQuery {
  readonly #ground: QueryGround;
  readonly #built: Built;

  constructor(ground: QueryGround, built: Built = { wheres: [], orders: [] }) {
    this.#ground = ground;
    this.#built = built;
  }

  where(...args: readonly unknown[]): OracleQuery {
    const [first] = args;
    const given = typeof first === "function" ? [(first as (is: unknown) => unknown)(builder)] : args;
    return this.#with({ wheres: [...this.#built.wheres, given] });
  }

  orderBy(path: unknown, direction?: unknown): OracleQuery {
    return this.#with({ orders: [...this.#built.orders, [path, direction]] });
  }

  limit(limit: unknown): OracleQuery {
    return this.#with({ limit: limit === undefined ? Number.NaN : limit });
  }

  offset(offset: unknown): OracleQuery {
    return this.#with({ offset: offset === undefined ? Number.NaN : offset });
  }

  after(after: unknown): OracleQuery {
    return this.#with({ after });
  }

  select(...paths: readonly unknown[]): OracleQuery {
    return this.#with({ select: paths.length === 0 ? [] : [...(this.#built.select ?? []), ...paths] });
  }

  all(): readonly unknown[] {
    return this.#rows(Number.POSITIVE_INFINITY);
  }

  first(): unknown {
    return this.#rows(1)[0];
  }

  one(): unknown {
    const rows = this.#rows(2);
    if (rows.length === 1) return rows[0];
    throw new OracleError("query_not_one", { found: rows.length === 0 ? "no row" : "more than one row" });
  }

  count(): number {
    return this.#find().length;
  }

  exists(): boolean {
    return this.count() > 0;
  }

  explain(): { readonly rowsReturned: number } {
    return { rowsReturned: this.all().length };
  }

  /** Refused at the call; the rows are those of the moment when the first is asked for, until the transaction of that moment ends. */
  iterate(): IterableIterator<unknown> {
    this.#check();
    let rows: readonly Held[] | undefined;
    let read: (held: Held) => unknown = (held) => held;
    let refuseEnded = (): void => undefined;
    let at = 0;
    let over = false;
    const end = (): IteratorResult<unknown> => {
      over = true;
      return { done: true, value: undefined };
    };
    const iterator: IterableIterator<unknown> = {
      [Symbol.iterator]: () => iterator,
      next: () => {
        if (over) return end();
        try {
          if (rows === undefined) {
            const { collection, checked } = this.#check();
            refuseEnded = this.#ground.frame.iteration();
            rows = this.#slice(collection, checked);
            read = this.#reader(collection.schema, checked);
          }
          refuseEnded();
          const held = rows[at++];
          return held === undefined ? end() : { done: false, value: read(held) };
        } catch (error) {
          over = true;
          throw error;
        }
      },
      return: end,
    };
    return iterator;
  }

  page(): { readonly rows: readonly unknown[]; readonly next: string | null } {
    const { limit } = this.#built;
    const also = limit === undefined || limit === 0 ? ["argument_invalid"] : [];
    const { collection, checked } = this.#check(also);
    const behind = findRows(collection, this.#built, checked, this.#ground.cursors).slice(checked.offset);
    const shown = behind.slice(0, checked.limit);
    const rows = shown.map(this.#reader(collection.schema, checked));
    const last = shown.at(-1);
    const next =
      behind.length > shown.length && last !== undefined
        ? this.#ground.cursors.add(collection, this.#built, checked, last)
        : null;
    return { rows, next };
  }

  delete(): number {
    return this.#write(() => {
      const { collection, checked } = this.#check();
      const found = this.#slice(collection, checked);
      for (const { key } of found) collection.rows.delete(identityOfKey(collection, key));
      return found.length;
    });
  }

  update(change: unknown): number {
    const fits = (typeof change === "object" && change !== null) || typeof change === "function";
    const also = fits ? [] : ["argument_invalid"];
    return this.#write(() => {
      if (!fits) this.#check(also);
      const { collection, checked } = this.#check();
      const found = this.#slice(collection, checked);
      // One that the change of an earlier row removed is not there any more.
      return found.filter(({ key }) => update(collection, key, change, this.#ground.integers) !== undefined)
        .length;
    }, also);
  }

  /** Refused for what was built wrong, or because the handle takes no writes: either may come first. */
  #write(work: () => number, also: readonly string[] = []): number {
    let reached = false;
    try {
      return this.#ground.frame.write(() => {
        reached = true;
        return work();
      });
    } catch (error) {
      if (!reached && error instanceof OracleError) this.#check([...error.codes, ...also]);
      throw error;
    }
  }

  #with(change: Partial<Built>): OracleQuery {
    return new OracleQuery(this.#ground, { ...this.#built, ...change });
  }

  #check(also: readonly string[] = []): {
    readonly collection: CollectionOf;
    readonly checked: CheckedQuery;
  } {
    const collection = collectionNamed(this.#ground.frame.state(), this.#ground.name);
    return { collection, checked: checkQuery(collection, this.#built, also) };
  }

  #slice(collection: CollectionOf, checked: CheckedQuery): readonly Held[] {
    const found = findRows(collection, this.#built, checked, this.#ground.cursors);
    return found.slice(checked.offset, checked.offset + checked.limit);
  }

  #find(): readonly Held[] {
    const { collection, checked } = this.#check();
    return this.#slice(collection, checked);
  }

  #rows(most: number): readonly unknown[] {
    const { collection, checked } = this.#check();
    return this.#slice(collection, checked).slice(0, most).map(this.#reader(collection.schema, checked));
  }

  #reader({ root }: SchemaOf, { select }: CheckedQuery): (held: Held) => unknown {
    const members = select === undefined ? root : selectMembers(root, select);
    return ({ row }: { readonly row: StoredRow }) => publicObject(members, row, this.#ground.integers);
  }
}

const builder = Object.assign(
  (path: unknown, op: unknown, value?: unknown): unknown => ({ op, path, value }),
  {
    and: (...all: readonly unknown[]): unknown => ({ op: "and", all }),
    or: (...any: readonly unknown[]): unknown => ({ op: "or", any }),
    not: (predicate: unknown): unknown => ({ op: "not", predicate }),
  },
);
