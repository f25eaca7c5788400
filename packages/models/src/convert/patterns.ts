/** What a library says about its patterns beside JSON Schema, which knows their source texts only. */

export interface PatternNotes {
  /** Flags of the regular expression with this source. */
  flagsOf(source: string): string;
  /** Why the pattern may be stricter than the check it describes; undefined where it is not. */
  distrustOf(source: string): string | undefined;
}

/** Patterns by source, as an adapter comes across them. */
export class CollectedPatterns implements PatternNotes {
  readonly #vendor: string;
  readonly #plain: boolean;
  readonly #flags = new Map<string, Set<string>>();
  readonly #distrust = new Map<string, string>();

  /** `plain`: patterns that are never added have no flags. */
  constructor(vendor: string, plain: boolean) {
    this.#vendor = vendor;
    this.#plain = plain;
  }

  add({ source, flags }: Pick<RegExp, "source" | "flags">, distrust?: string): void {
    const known = this.#flags.get(source) ?? new Set();
    this.#flags.set(source, known.add(flags));
    if (distrust !== undefined) this.#distrust.set(source, distrust);
  }

  flagsOf(source: string): string {
    const [flags = ""] = this.#flags.get(source) ?? [];
    return flags;
  }

  distrustOf(source: string): string | undefined {
    const flags = this.#flags.get(source);
    if (flags === undefined && !this.#plain) return `${this.#vendor} does not tell the flags of its patterns`;
    if (flags !== undefined && flags.size > 1)
      return "the same pattern stands elsewhere in the schema with other flags";
    return this.#distrust.get(source);
  }
}
