/** Type assertions. */

/** Whether two types are the same, `any` and modifiers told apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function expectType<_T extends true>(_value: true): void {}
