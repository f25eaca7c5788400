// The checks of tools/check.mjs by name, in the order they run. Free of dependencies, because .ci/run reads it
// before anything is installed.

/** @type {readonly ["layers", "readme", "errors", "hygiene", "packed"]} */
export const checkNames = ["layers", "readme", "errors", "hygiene", "packed"];
