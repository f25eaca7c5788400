// npm run parity: random programs on drivers and on the testkit's oracle.
//
//   npm run parity -- --programs 1000 --seed 1 --drivers memory,file,lmdb
//   npm run parity -- --drivers memory --replay '{"integers":"number","steps":[…]}'
//
// --first N begins with program N of the seed. Ends with 1 when anything differs.
import { parseArgs } from "node:util";
import { replayParity, runParity } from "@modelvault/store-testkit";
import { drivers } from "./drivers.mjs";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "1000" },
    seed: { type: "string" },
    first: { type: "string", default: "0" },
    drivers: { type: "string", default: "memory,file,lmdb" },
    replay: { type: "string" },
  },
});

/** @param {string} name */
function driverNamed(name) {
  const driver = drivers[name];
  if (driver === undefined)
    throw new Error(`There is no driver "${name}"; there are ${Object.keys(drivers).join(", ")}.`);
  return driver;
}

/**
 * @param {string} option
 * @param {string} text
 */
function wholeNumber(option, text) {
  if (!/^\d+$/.test(text)) throw new Error(`--${option} must be a whole number, not "${text}".`);
  return Number(text);
}

/** @param {readonly import("@modelvault/store-testkit").StoreHarness[]} chosen */
async function replay(chosen) {
  const difference = await replayParity({ drivers: chosen, program: JSON.parse(values.replay ?? "") });
  if (difference === undefined) {
    console.log("no difference");
    return 0;
  }
  console.log(difference);
  return 1;
}

async function main() {
  const chosen = values.drivers.split(",").map(driverNamed);
  if (values.replay !== undefined) return replay(chosen);
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : wholeNumber("seed", values.seed);
  console.log(`parity of ${values.drivers}: ${values.programs} programs, seed ${seed}`);
  const result = await runParity({
    drivers: chosen,
    programs: wholeNumber("programs", values.programs),
    seed,
    first: wholeNumber("first", values.first),
    differencesMax: 5,
    onProgress: (programs, operations) => {
      if (programs % 1000 === 0) console.log(`  ${programs} programs, ${operations} operations`);
    },
  });
  for (const { message } of result.differences) console.log(`\n${message}\n`);
  console.log("step            times   without an error");
  for (const [step, { count, succeeded }] of Object.entries(result.steps).sort())
    console.log(`${step.padEnd(14)} ${String(count).padStart(6)}   ${String(succeeded).padStart(6)}`);
  const { programs, operations, differences } = result;
  console.log(`${programs} programs, ${operations} operations, ${differences.length} differences`);
  return differences.length === 0 ? 0 : 1;
}

process.exitCode = await main();
