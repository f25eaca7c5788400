/**
 * @modelvault/store-testkit: proof that a store driver keeps every promise of the store contract, as tests of any runner
 * or as data. A driver author writes a harness and registers it; a failing test quotes the promise that is broken.
 */

export { connectStore, type StoreElsewhere, type StorePort, serveStore } from "./harness/elsewhere.ts";
// What a driver author gives
export type { OpenOptions, StoreHarness, TestRunner } from "./harness/harness.ts";
// Killed processes
export {
  lastTold,
  lostCommits,
  type NumberedCommits,
  writeNumberedCommits,
} from "./killed/numbered-commits.ts";
// The model-based test
export { type ModelOptions, type ModelResult, runStoreModel, storeModelTest } from "./model/model-test.ts";
// Engine parity: the same programs on drivers and on an oracle
export type { Difference, ParityEngine } from "./parity/compare.ts";
export {
  engineParity,
  type ParityDifference,
  type ParityOptions,
  type ParityResult,
  replayParity,
  runParity,
} from "./parity/parity.ts";
export type { Program as ParityProgram } from "./parity/program.ts";
// The environment of a run
export { type Replay, replayLine, type TestSettings, testSettings } from "./settings.ts";
// The conformance suite
export {
  type CheckResult,
  type ConformanceOptions,
  runConformance,
  storeConformance,
} from "./suite/conformance.ts";
export { type UntriedCheck, untriedChecks } from "./suite/untried.ts";
