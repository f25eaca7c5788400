/** Several holders of one place: what one commits the others see, and no update is lost between two writers. */
import type { Keyspace, Store } from "@modelvault/core";
import { bigEndian, text } from "../bytes/bytes.ts";
import type { StoreElsewhere } from "../harness/elsewhere.ts";
import { index, rows } from "../model/spaces.ts";
import { type Check, check, type Draft, type Facts, section } from "../suite/check.ts";
import {
  entriesOf,
  expectBytes,
  expectEntries,
  expectEqual,
  expectRejection,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { nextRun, putAll, type Trial, write } from "../suite/trial.ts";
import { openSecond } from "./second-handle.ts";

const space = rows(1);
const [a, b] = [text("a"), text("b")];

/** A check of two handles in this process; where the driver refuses the second, the traits section has said so. */
function twoHandles(
  name: string,
  promises: string | readonly string[],
  run: (first: Store, second: Store, trial: Trial) => Promise<void>,
): Draft {
  return check(
    name,
    promises,
    async (trial) => {
      const place = trial.place();
      const first = trial.open(place);
      const second = openSecond(trial, place);
      if (second !== undefined) await run(first, second, trial);
    },
    { applies: ({ traits }) => traits.sharing !== "none" },
  );
}

const sharedWriters: NonNullable<Check["applies"]> = ({ traits }) => traits.sharing === "writers";

/** A check of a handle here and one in another process. */
function elsewhere(
  name: string,
  promises: string | readonly string[],
  run: (here: Store, there: StoreElsewhere, place: unknown, trial: Trial) => Promise<void>,
  applies: (facts: Facts) => boolean = () => true,
): Draft {
  return check(
    name,
    promises,
    async (trial) => {
      const place = trial.place();
      const here = trial.open(place);
      const there = await trial.harness.openElsewhere?.(place);
      if (there === undefined) return;
      let over = false;
      const ended = {
        ...there,
        kill: async () => {
          over = true;
          await there.kill();
        },
      };
      try {
        await run(here, ended, place, trial);
      } finally {
        if (!over) await there.close();
      }
    },
    {
      applies: (facts) =>
        facts.harness.openElsewhere !== undefined && facts.traits.sharing !== "none" && applies(facts),
    },
  );
}

export const freshnessChecks: readonly Check[] = section("freshness", [
  check("a handle sees its own commits at once", promise.freshness, (trial) => {
    const store = trial.open();
    for (let commit = 0; commit < 30; commit++) {
      const revision = putAll(store, space, [[a, bigEndian(commit)]]);
      expectBytes(store.get(space, a), bigEndian(commit), "a value right after its commit");
      expectEntries(entriesOf(store, space), [[a, bigEndian(commit)]], "a scan right after a commit");
      const snapshot = store.snapshot();
      expectEqual(snapshot.revision, revision, "the revision of a snapshot right after a commit");
      expectBytes(snapshot.get(space, a), bigEndian(commit), "a value in a snapshot right after a commit");
    }
  }),

  twoHandles(
    "another handle sees a commit after the next await",
    promise.freshness,
    async (first, second) => {
      for (let commit = 0; commit < 20; commit++) {
        const other: Keyspace = index(1, commit + 1);
        const revision = write(first, (transaction) => {
          transaction.put(space, a, bigEndian(commit));
          transaction.put(other, b, new Uint8Array(0));
        });
        await nextRun();
        // Each kind of read is the first of its run once.
        const reads = [
          () => expectBytes(second.get(space, a), bigEndian(commit), "get in another handle"),
          () => expectEntries(entriesOf(second, space), [[a, bigEndian(commit)]], "a scan in another handle"),
          () => expectEqual(second.count(other), 1, "the count in another handle"),
          () => expectEqual(second.revision(), revision, "the revision in another handle"),
          () =>
            expectBytes(
              second.snapshot().get(space, a),
              bigEndian(commit),
              "a value in a snapshot of another handle",
            ),
        ];
        for (let at = 0; at < reads.length; at++) reads[(at + commit) % reads.length]?.();
      }
    },
  ),

  twoHandles(
    "a snapshot of another handle stays frozen",
    [promise.freshness, promise.snapshotFrozen],
    async (first, second) => {
      putAll(first, space, [[a, text("old")]]);
      await nextRun();
      const snapshot = second.snapshot();
      const scan = second.scan(space);
      putAll(first, space, [
        [a, text("new")],
        [b, text("new")],
      ]);
      await nextRun();
      expectEntries(
        entriesOf(snapshot, space),
        [[a, text("old")]],
        "a snapshot of another handle, after a later commit",
      );
      expectEntries([...scan], [[a, text("old")]], "a scan of another handle, called before a commit");
      expectBytes(second.get(space, a), text("new"), "get in another handle, after a later commit");
    },
  ),

  check(
    "two handles that write in turns lose no update",
    [promise.beginExcludes, promise.freshness],
    async (trial) => {
      const place = trial.place();
      const first = trial.open(place);
      const second = openSecond(trial, place);
      const stores = second === undefined ? [first] : [first, second];
      for (let round = 0; round < 40; round++) {
        for (const store of stores) {
          write(store, (transaction) => {
            const before = transaction.get(space, a)?.[0] ?? 0;
            transaction.put(space, a, Uint8Array.of(before + 1));
          });
        }
        if (round % 10 === 0) await nextRun();
      }
      await nextRun();
      for (const store of stores)
        expectBytes(
          store.get(space, a),
          Uint8Array.of(40 * stores.length),
          "a counter that every handle raised 40 times",
        );
    },
    { applies: sharedWriters },
  ),

  twoHandles(
    "closing one handle leaves the other and its data",
    [promise.closeReleases, promise.persistent],
    async (first, second) => {
      putAll(first, space, [[a, text("value")]]);
      await nextRun();
      const snapshot = second.snapshot();
      first.close();
      await nextRun();
      expectBytes(second.get(space, a), text("value"), "get after another handle was closed");
      expectBytes(snapshot.get(space, a), text("value"), "a snapshot after another handle was closed");
      if (second.traits.sharing === "writers") putAll(second, space, [[b, text("value")]]);
    },
  ),
]);

export const elsewhereChecks: readonly Check[] = section("other processes", [
  elsewhere("a commit here is seen elsewhere by the next read", promise.freshness, async (here, there) => {
    for (let commit = 0; commit < 10; commit++) {
      const revision = putAll(here, space, [[a, bigEndian(commit)]]);
      expectBytes(await there.get(space, a), bigEndian(commit), "a value read elsewhere");
      expectEqual(await there.revision(), revision, "the revision elsewhere");
      expectEntries(await there.entries(space), [[a, bigEndian(commit)]], "a scan elsewhere");
      expectEqual(await there.count(space), 1, "the count elsewhere");
    }
  }),

  elsewhere(
    "a commit elsewhere is seen here by the next run",
    promise.freshness,
    async (here, there) => {
      for (let commit = 0; commit < 10; commit++) {
        await there.begin();
        await there.put(space, a, bigEndian(commit));
        const revision = await there.commit();
        expectBytes(here.get(space, a), bigEndian(commit), "a value committed elsewhere");
        expectEqual(here.revision(), revision, "the revision after a commit elsewhere");
      }
    },
    sharedWriters,
  ),

  elsewhere(
    "a transaction elsewhere is not seen before its commit, nor after its abort",
    promise.beginExcludes,
    async (here, there) => {
      putAll(here, space, [[a, text("old")]]);
      await there.begin();
      await there.put(space, a, text("new"));
      expectBytes(here.get(space, a), text("old"), "a value that an open transaction elsewhere replaced");
      await there.abort();
      expectBytes(here.get(space, a), text("old"), "a value that an aborted transaction elsewhere replaced");
    },
    sharedWriters,
  ),

  elsewhere(
    "while a transaction is open here, begin elsewhere does not get past",
    [promise.beginExcludes, promise.busy],
    async (here, there) => {
      const transaction = here.begin();
      transaction.put(space, a, text("first"));
      if (here.traits.busy !== "blocks") {
        await expectRejection(
          ["store_busy"],
          "begin elsewhere while a transaction is open here",
          there.begin(),
        );
        if (here.traits.busy === "fails") return transaction.abort();
      }
      let past = false;
      const begun = there.begin({ waitMs: 60_000 }).then(() => {
        past = true;
      });
      for (let turn = 0; turn < 20; turn++) await nextRun();
      expectEqual(past, false, "whether begin elsewhere got past an open transaction here");
      transaction.commit();
      await begun;
      expectBytes(
        await there.get(space, a),
        text("first"),
        "a value committed here, read in a transaction elsewhere",
      );
      await there.abort();
    },
    sharedWriters,
  ),

  elsewhere(
    "a process that dies in a transaction keeps nobody out and leaves nothing",
    [promise.beginExcludes, promise.commitWhole],
    async (here, there) => {
      putAll(here, space, [[a, text("old")]]);
      await there.begin();
      await there.put(space, a, text("new"));
      await there.kill();
      await nextRun();
      expectBytes(here.get(space, a), text("old"), "a value replaced by a transaction whose process died");
      putAll(here, space, [[b, text("next")]]);
      expectBytes(here.get(space, b), text("next"), "a value committed after another process died");
    },
    sharedWriters,
  ),

  elsewhere(
    "a commit survives the death of the process that made it",
    promise.durable,
    async (here, there, place, trial) => {
      await there.begin();
      await there.put(space, a, text("value"));
      const revision = await there.commit();
      await there.kill();
      await nextRun();
      here.close();
      const next = trial.open(place);
      expectBytes(next.get(space, a), text("value"), "a value whose process died right after the commit");
      expectEqual(next.revision(), revision, "the revision after the process died");
    },
    (facts) => sharedWriters(facts) && facts.traits.durable,
  ),
]);
