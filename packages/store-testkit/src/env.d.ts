// The host globals the testkit names; it runs under any runner, so nothing else of the host is assumed.

declare const performance: { now(): number };

/** Present on Node and its kin: where the seed and the multiplier come from. */
declare var process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;

/** Present on Node and its kin; a caller may pass its buffers wherever bytes are asked for. */
declare var Buffer: { from(bytes: Uint8Array): Uint8Array } | undefined;

declare function structuredClone<T>(value: T): T;

declare function setTimeout(callback: () => void, delayMs: number): unknown;
