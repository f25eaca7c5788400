/** Making functions from generated source, where the host allows it. Names from schemas get into source as string literals only. */

let allowed: boolean | undefined;

/** Whether the host lets code be made from text; tried once. */
export function mayCompile(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function("return true")() === true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}

/** What the source returns, run with the given names in scope; undefined when the host forbids it. */
export function compileSource(source: string, scope: Readonly<Record<string, unknown>>): unknown {
  if (!mayCompile()) return undefined;
  return new Function(...Object.keys(scope), `"use strict"; ${source}`)(...Object.values(scope));
}

/** A property name in an object literal. Computed, because plain `"__proto__": x` would set the prototype. */
export function literal(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}
