/** The second interface of a driver, part by part: none changes data, none runs during a transaction. */
import {
  isModelVaultError,
  type MaintenanceProgress,
  type Store,
  type StoreMaintenance,
} from "@modelvault/core";
import { bigEndian, pattern, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { expectEqual, expectRefusal, expectState, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, write } from "../suite/trial.ts";

type Part = keyof StoreMaintenance;
const space = rows(1);

/** A check of one part, for the drivers that have it. */
function part(
  name: Part,
  states: string,
  promises: string | readonly string[],
  run: (trial: Trial) => void,
): Draft {
  return check(`${name} ${states}`, promises, run, {
    applies: ({ harness, maintenance }) =>
      maintenance.has(name) && (name !== "copyTo" || harness.newCopyTarget !== undefined),
  });
}

/** A store whose rows were replaced and deleted over many commits, so that there is something to give back. */
function worn(trial: Trial, place: unknown): { store: Store; model: PlainMap } {
  const store = trial.open(place);
  const model = new PlainMap();
  for (let round = 0; round < 6; round++) {
    write(store, (transaction) => {
      for (const where of mixedSpaces) {
        for (let at = 0; at < 40; at++) {
          const key = bigEndian(at, 2);
          if ((at + round) % 5 === 0) {
            transaction.delete(where, key);
            model.delete(where, key);
          } else {
            const value = valueIn(where, pattern(60, round + at));
            transaction.put(where, key, value);
            model.put(where, key, value);
          }
        }
      }
    });
  }
  return { store, model };
}

function expectShows(store: Store, model: PlainMap, who: string): void {
  for (const where of mixedSpaces) expectState(store, model, where, who);
}

/** Runs a part and holds everything a caller can see to be as before: in the open handle and after reopening. */
function expectNothingChanged(trial: Trial, name: Part, run: (maintenance: StoreMaintenance) => void): void {
  const place = trial.place();
  const { store, model } = worn(trial, place);
  const frozen = model.copy();
  const snapshot = store.snapshot();
  const revision = putAll(store, space, [[text("later"), text("later")]]);
  model.put(space, text("later"), text("later"));
  const scan = store.scan(space);
  scan.next();
  run(store.maintenance ?? {});
  expectShows(store, model, `the store after ${name}`);
  expectEqual(store.revision(), revision, `the revision after ${name}`);
  for (const where of mixedSpaces) expectState(snapshot, frozen, where, `a snapshot taken before ${name}`);
  expectEqual([...scan].length + 1, model.count(space), `the entries of a scan that was open during ${name}`);
  const next = putAll(store, space, [[text("next"), text("next")]]);
  model.put(space, text("next"), text("next"));
  expectThat(
    next > revision,
    `the revision after ${name} and a commit is ${next}; it was ${revision} before`,
  );
  store.close();
  if (!store.traits.persistent) return;
  const reopened = trial.open(place);
  expectShows(reopened, model, `the store reopened after ${name}`);
  expectEqual(reopened.revision(), next, `the revision after ${name} and reopening`);
}

function expectSoundProgress(reports: readonly MaintenanceProgress[]): void {
  let done = 0;
  for (const report of reports) {
    expectThat(report.unit === "rows" || report.unit === "bytes", `progress is told in "${report.unit}"`);
    expectThat(
      report.done >= done && report.done <= report.total,
      `progress went from ${done} to ${report.done} of ${report.total}`,
    );
    done = report.done;
  }
}

const runs: Readonly<Record<Part, (maintenance: StoreMaintenance) => unknown>> = {
  checkpoint: (maintenance) => maintenance.checkpoint?.(),
  compact: (maintenance) => maintenance.compact?.(),
  copyTo: (maintenance) => maintenance.copyTo?.("never written"),
  snapshotBytes: (maintenance) => maintenance.snapshotBytes?.(),
  verify: (maintenance) => maintenance.verify?.(),
  stats: (maintenance) => maintenance.stats?.(),
};

const during = (Object.keys(runs) as Part[]).map((name) =>
  part(name, "is refused while a transaction is open", promise.maintenanceIdle, (trial) => {
    const { store, model } = worn(trial, trial.place());
    const transaction = store.begin();
    transaction.put(space, text("own"), text("own"));
    expectRefusal("transaction_open", `${name} during a transaction`, () =>
      runs[name](store.maintenance ?? {}),
    );
    transaction.commit();
    model.put(space, text("own"), text("own"));
    expectShows(store, model, `the store after ${name} was refused`);
    if (name !== "copyTo") runs[name](store.maintenance ?? {});
  }),
);

const closed = (Object.keys(runs) as Part[]).map((name) =>
  part(name, "is refused on a closed store", promise.closed, (trial) => {
    const store = trial.open();
    const maintenance = store.maintenance ?? {};
    store.close();
    expectRefusal("store_closed", `${name} on a closed store`, () => runs[name](maintenance));
  }),
);

function opensNot(open: () => Store | undefined): boolean {
  try {
    open()?.close();
    return false;
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    return true;
  }
}

export const maintenanceChecks: readonly Check[] = section("maintenance", [
  check("what a driver can do is known before it is asked", promise.maintenanceAbsent, (trial) => {
    const { maintenance = {} } = trial.open();
    for (const name of Object.keys(runs) as Part[]) {
      const offered = typeof maintenance[name];
      expectThat(
        offered === "function" || offered === "undefined",
        `maintenance.${name} is of type ${offered}`,
      );
    }
  }),

  part("checkpoint", "changes no data", promise.checkpoint, (trial) => {
    expectNothingChanged(trial, "checkpoint", (maintenance) => maintenance.checkpoint?.());
  }),

  part("compact", "changes neither data nor revision", [promise.compact, promise.revision], (trial) => {
    expectNothingChanged(trial, "compact", (maintenance) => maintenance.compact?.());
  }),

  part("compact", "tells how far it has come", promise.progress, (trial) => {
    const reports: MaintenanceProgress[] = [];
    expectNothingChanged(trial, "compact", (maintenance) =>
      maintenance.compact?.((report) => reports.push({ ...report })),
    );
    expectSoundProgress(reports);
  }),

  part("copyTo", "copies the last committed state", [promise.copyTo, promise.progress], (trial) => {
    const target = trial.harness.newCopyTarget?.();
    if (target === undefined) return;
    trial.adopt(target.location);
    const { store, model } = worn(trial, trial.place());
    const reports: MaintenanceProgress[] = [];
    store.maintenance?.copyTo?.(target.destination, (report) => reports.push({ ...report }));
    expectSoundProgress(reports);
    const copied = model.copy();
    putAll(store, space, [[text("later"), text("later")]]);
    model.put(space, text("later"), text("later"));
    expectShows(store, model, "the store that was copied");
    const copy = trial.open(target.location);
    expectShows(copy, copied, "the copy");
    putAll(copy, space, [[text("only here"), text("only here")]]);
    expectShows(store, model, "the store that was copied, after a commit to the copy");
  }),

  part(
    "snapshotBytes",
    "changes no data, and gives the caller bytes of its own",
    promise.snapshotBytes,
    (trial) => {
      expectNothingChanged(trial, "snapshotBytes", (maintenance) => {
        const bytes = maintenance.snapshotBytes?.();
        expectThat(bytes instanceof Uint8Array, "snapshotBytes gives no Uint8Array");
        bytes?.fill(0xff);
      });
    },
  ),

  check(
    "what snapshotBytes gives opens as the last committed state, revision included, and nothing that is shorter does",
    [promise.snapshotBytes, promise.progress],
    (trial) => {
      const { store, model } = worn(trial, trial.place());
      const reports: MaintenanceProgress[] = [];
      const bytes = store.maintenance?.snapshotBytes?.((report) => reports.push({ ...report }));
      if (bytes === undefined) return;
      expectSoundProgress(reports);
      const open = (given: Uint8Array): Store | undefined => trial.harness.openBytes?.(given);
      const copy = open(bytes);
      if (copy === undefined) return;
      try {
        expectEqual(copy.revision(), store.revision(), "the revision of a store opened from snapshot bytes");
        expectShows(copy, model, "a store opened from snapshot bytes");
        putAll(copy, space, [[text("only here"), text("only here")]]);
        expectShows(store, model, "the store whose snapshot was written to");
      } finally {
        copy.close();
      }
      for (const share of [0, 0.3, 0.6, 0.9, 1 - 1 / bytes.length]) {
        const length = Math.floor(bytes.length * share);
        expectThat(
          opensNot(() => open(bytes.subarray(0, length))),
          `the first ${length} of ${bytes.length} snapshot bytes open`,
        );
      }
    },
    {
      applies: ({ harness, maintenance }) =>
        maintenance.has("snapshotBytes") && harness.openBytes !== undefined,
    },
  ),

  part("verify", "finds nothing in a sound store, and changes nothing", promise.verify, (trial) => {
    expectNothingChanged(trial, "verify", (maintenance) => {
      const problems = maintenance.verify?.() ?? [];
      expectThat(problems.length === 0, `verify found ${JSON.stringify(problems)} in a sound store`);
    });
  }),

  part("stats", "gives numbers by name, and changes nothing", promise.stats, (trial) => {
    expectNothingChanged(trial, "stats", (maintenance) => {
      for (const [name, figure] of Object.entries(maintenance.stats?.() ?? {}))
        expectThat(Number.isFinite(figure), `the figure ${name} is ${String(figure)}`);
    });
  }),

  ...during,
  ...closed,
]);
