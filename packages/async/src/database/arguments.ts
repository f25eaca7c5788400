/** Refusing arguments in the words of the engine. */
import { ModelVaultError, type StoreDriver } from "@modelvault/core";

/** The error for an argument of the wrong kind. */
export function argumentInvalid(argument: string, expected: string, actual: unknown): ModelVaultError {
  const found = describe(actual);
  return new ModelVaultError("argument_invalid", `${argument} must be ${expected}, not ${found}.`, {
    argument,
    expected,
    actual: found,
  });
}

function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, 60));
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? `a list of ${value.length}` : "an object";
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}

/** @throws argument_invalid */
export function checkDriver(driver: unknown): StoreDriver {
  const { moduleUrl, factory, args } = (driver ?? {}) as Partial<StoreDriver>;
  if (typeof moduleUrl === "string" && typeof factory === "string" && Array.isArray(args))
    return driver as StoreDriver;
  throw argumentInvalid("driver", 'a store driver such as fileStore("app.modelvault")', driver);
}

/** @throws argument_invalid */
export function checkCallback(callback: unknown, what: string): void {
  if (typeof callback !== "function")
    throw argumentInvalid("callback", `a function of the ${what}`, callback);
}
