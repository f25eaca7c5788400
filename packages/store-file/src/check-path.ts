/** Paths that callers pass. */
import { argumentInvalid } from "@modelvault/core";

/** @throws argument_invalid */
export function checkPath(argument: string, path: unknown): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw argumentInvalid(argument, "the path of a file", path);
}
