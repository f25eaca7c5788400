/** Refusing arguments in the words of the engine. */
import { argumentInvalid, type StoreDriver } from "@modelvault/core";

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
