import type { Equal, Expect } from "./expect-type.ts";

export type Same = [
  Expect<Equal<string, string>>,
  Expect<Equal<{ a: number }, { a: number }>>,
  Expect<Equal<Equal<unknown, never>, false>>,
];

export type Different = [
  // @ts-expect-error: a wider type is not the same
  Expect<Equal<"a", string>>,
  // @ts-expect-error: optional is not the same as undefined
  Expect<Equal<{ a?: number }, { a: number | undefined }>>,
  // @ts-expect-error: readonly is not the same as mutable
  Expect<Equal<{ readonly a: number }, { a: number }>>,
];
