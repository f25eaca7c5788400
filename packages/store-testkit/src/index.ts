/**
 * @modelvault/store-testkit: proof that a store driver keeps every promise of the store contract, as tests of any runner
 * or as data. A driver author writes a harness and registers it; a failing test quotes the promise that is broken.
 */

export { connectStore, type StoreElsewhere, type StorePort, serveStore } from "./harness/elsewhere.ts";
// What a driver author gives
export type { OpenOptions, StoreHarness, TestRunner } from "./harness/harness.ts";
// The model-based test
export { type ModelOptions, type ModelResult, runStoreModel, storeModelTest } from "./model/model-test.ts";
// The environment of a run
export { type Replay, replayLine, type TestSettings, testSettings } from "./settings.ts";
// The conformance suite
export {
  type CheckResult,
  type ConformanceOptions,
  runConformance,
  storeConformance,
} from "./suite/conformance.ts";
