// Type tests: a `*.test-d.ts` file is compiled by `npm run types` and never run. What must hold is written
// `type _ = Expect<Equal<Actual, Expected>>`; what must be refused stands below a `@ts-expect-error`, which is itself an error
// when nothing is wrong.

/** Whether two types are the same, `any` and `never` told apart from everything else. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless given `true`. */
export type Expect<T extends true> = T;
