// Runs the checks of this folder on the workspace: all, or the ones named. Each looks at a tree and returns its
// findings as lines; none is a pass. `npm run check` builds first, which "readme" needs.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNames } from "./check-names.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {Record<typeof checkNames[number], () => Promise<string[]>>} */
const checks = {
  layers: async () => (await import("./layers.mjs")).checkLayers(root),
  readme: async () => (await import("./readme.mjs")).checkReadmes(root),
  errors: async () => (await import("./errors.mjs")).checkErrors(root),
  hygiene: async () => (await import("./hygiene.mjs")).checkHygiene(root),
  packed: async () => (await import("./packed.mjs")).checkPacked(root),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !checkNames.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`Unknown check ${unknown.join(", ")}; one of: ${checkNames.join(", ")}.`);
  process.exitCode = 1;
} else {
  for (const name of checkNames.filter((known) => asked.length === 0 || asked.includes(known))) {
    const findings = await checks[name]();
    for (const finding of findings) console.error(`${name}: ${finding}`);
    console.log(`${name}: ${findings.length === 0 ? "nothing found" : `${findings.length} findings`}`);
    if (findings.length > 0) process.exitCode = 1;
  }
}
