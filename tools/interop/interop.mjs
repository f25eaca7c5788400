// Interoperation with the real upstream: `npm run interop`. Prints one line a scenario and a sum; exits with 1 when one fails.
// `npm run interop -- --seeds 200` tries more random programs, `--seed N` one of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findUpstream } from "./environment.mjs";
import { migrationRules } from "./migrations.mjs";
import { nameRules } from "./names.mjs";
import { rules } from "./rules.mjs";
import { inTurns } from "./scenarios.mjs";
import { snapshotRules } from "./snapshots.mjs";
import { spareRoomRules } from "./spare-room.mjs";
import { Upstream } from "./upstream.mjs";

/** @param {string} name @param {number} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

async function main() {
  const found = findUpstream();
  if ("reason" in found) {
    console.error(`\n!!! INTEROPERATION NOT TRIED: upstream cannot be installed here (${found.reason}).\n`);
    return process.argv.includes("--optional") ? 0 : 1;
  }
  const folder = mkdtempSync(join(tmpdir(), "modelvault-interop-"));
  const upstream = new Upstream(found.python);
  const setting = { upstream, place: (/** @type {string} */ name) => join(folder, `${name}.modelvault`) };
  const single = option("seed", -1);
  const seeds = single >= 0 ? [single] : Array.from({ length: option("seeds", 40) }, (_, at) => at + 1);
  const scenarios = [
    ...(single >= 0 ? [] : [...rules, ...spareRoomRules, ...snapshotRules, ...nameRules, ...migrationRules]),
    ...seeds.map((seed) => ({ name: `random program ${seed}`, run: () => inTurns(setting, seed, 8) })),
  ];
  let failed = 0;
  for (const { name, run } of scenarios) {
    const started = performance.now();
    try {
      await run(setting);
      console.log(`  passed ${name} (${Math.round(performance.now() - started)} ms)`);
    } catch (error) {
      failed++;
      console.error(`  FAILED ${name}: ${error instanceof Error ? error.stack : error}`);
      await upstream.ask("close");
    }
  }
  upstream.end();
  rmSync(folder, { recursive: true, force: true });
  console.log(`interop: ${scenarios.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
