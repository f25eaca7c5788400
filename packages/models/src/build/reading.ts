/** A value being read by types of the builder: where in it we are, and what is wrong. */

export interface Issue {
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** The engine's name for the rule. */
  readonly code: string;
  readonly expected: string;
}

export class Reading {
  readonly issues: Issue[] = [];
  readonly #path: (string | number)[] = [];

  add(rule: string, expected: string): void {
    const message = rule === "check" ? expected : `Must be ${expected}`;
    this.issues.push({ message, path: [...this.#path], code: rule, expected });
  }

  /** Reads a part of the value. */
  inside<T>(key: string | number, read: () => T): T {
    this.#path.push(key);
    const result = read();
    this.#path.pop();
    return result;
  }
}
