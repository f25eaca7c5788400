/**
 * What is left of the event loop while the database works for it: how late a timer fires that is due every millisecond (the 99th percentile and
 * the worst), how often the loop goes round during writes, and how long work takes beside a sleep that is as long.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { type City, ID_STEP, repeated } from "../../data/cities.ts";
import type { AsyncSubject } from "../../subjects/async/async-subject.ts";
import { expectSame } from "../answers.ts";
import type { Bench, Family, Scenario } from "../scenario.ts";
import type { Sizes } from "../sizes.ts";
import { mayIdle, needsAsync, needsReadsElsewhere, subjectOf } from "./async-scenario.ts";
import { ASYNC_READS } from "./gets.ts";

const SCANNED: Family = { name: "async scan", database: "async", rows: (sizes) => sizes.scanned };
const NEW_IDS = ID_STEP * 1_000;
const RESOLUTION_MS = 1;

type Delay = "p99" | "max";
type Work = (subject: AsyncSubject) => Promise<void>;

export const asyncScanDelay: readonly Scenario[] = (["p99", "max"] as const).map((which) =>
  delayScenario(`async-scan-delay-${which}`, SCANNED, "every row is scanned, one by one", which, (sizes) => ({
    async work(subject) {
      let rows = 0;
      await subject.scan(() => rows++);
      if (rows > 0) expectSame("scanned rows", rows, sizes.scanned);
    },
    undo: async () => undefined,
  })),
);

export const asyncInsertDelay: readonly Scenario[] = (["p99", "max"] as const).map((which) =>
  delayScenario(
    `async-insert-delay-${which}`,
    ASYNC_READS,
    "10,000 rows are inserted in one transaction",
    which,
    (sizes, data) => {
      const rows = [...repeated(data, sizes.changed)].map((row, at) => ({ ...row, id: NEW_IDS + at }));
      const ids = rows.map(({ id }) => id);
      return { work: (subject) => subject.insert(rows), undo: (subject) => subject.delete(ids) };
    },
  ),
);

function delayScenario(
  name: string,
  family: Family,
  about: string,
  which: Delay,
  prepare: (sizes: Sizes, data: readonly City[]) => { work: Work; undo: Work },
): Scenario {
  return {
    name,
    family,
    unit: which === "p99" ? "99th percentile" : "worst",
    measures: "delay",
    about: `how late timers are while ${about}`,
    excludes: mayIdle,
    prepare(data, sizes) {
      const { work, undo } = prepare(sizes, data);
      return {
        async check(bench) {
          await work(subjectOf(bench));
          await undo(subjectOf(bench));
        },
        async round(bench) {
          const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
          delays.enable();
          await work(subjectOf(bench));
          // The last delay is known when the timer has fired again.
          await wait(2 * RESOLUTION_MS);
          delays.disable();
          await undo(subjectOf(bench));
          const found = which === "p99" ? delays.percentile(99) : delays.max;
          return { delayMs: Math.max(0, found / 1e6 - RESOLUTION_MS) };
        },
      };
    },
  };
}

export const asyncWriteTicks: Scenario = {
  name: "async-write-ticks",
  family: ASYNC_READS,
  unit: "turns",
  measures: "rate",
  about: "how often the event loop goes round while 1,000 rows at a time are made durable, again and again",
  excludes: needsAsync,
  prepare(data, sizes) {
    const rows = [...repeated(data, 1_000)].map((row, at) => ({ ...row, id: NEW_IDS + at }));
    const ids = rows.map(({ id }) => id);
    const write = async (subject: AsyncSubject): Promise<void> => {
      await Promise.all(rows.map((row) => subject.commit(row)));
    };
    return {
      async check(bench) {
        await write(subjectOf(bench));
        expectSame("a row", await subjectOf(bench).get(NEW_IDS), rows[0]);
        await subjectOf(bench).delete(ids);
      },
      async round(bench) {
        let operations = 0;
        let ms = 0;
        while (ms < sizes.roundMs) {
          let going = true;
          const turn = (): void => {
            operations++;
            if (going) setImmediate(turn);
          };
          const start = performance.now();
          setImmediate(turn);
          await write(subjectOf(bench));
          going = false;
          ms += performance.now() - start;
          await subjectOf(bench).delete(ids);
        }
        return { operations, ms };
      },
    };
  },
};

export const asyncOverlap: Scenario = {
  name: "async-overlap",
  family: ASYNC_READS,
  unit: "longer than the sleep",
  measures: "delay",
  about: "20,000 gets, a thousand at once, beside a sleep that is as long as they take alone",
  excludes: needsReadsElsewhere,
  prepare(data) {
    const asked = data.slice(0, 1_000);
    const work = async (bench: Bench): Promise<void> => {
      const subject = subjectOf(bench);
      for (let times = 0; times < 20; times++) await Promise.all(asked.map(({ id }) => subject.get(id)));
    };
    return {
      async check(bench) {
        const found = await Promise.all(asked.map(({ id }) => subjectOf(bench).get(id)));
        expectSame("rows", found, asked);
      },
      async round(bench) {
        const start = performance.now();
        await work(bench);
        const alone = performance.now() - start;
        const both = performance.now();
        await Promise.all([work(bench), wait(alone)]);
        return { delayMs: Math.max(0, performance.now() - both - alone) };
      },
    };
  },
};
