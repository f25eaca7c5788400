/** What a driver says of itself, tried: each trait is a fact that the engine builds on. */
import type { Store, StoreTraits } from "@modelvault/core";
import { pattern, text } from "../bytes/bytes.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { broken, expectBytes, expectEqual, expectRefusal, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { nextRun, putAll, takesLessThan } from "../suite/trial.ts";
import { openSecond } from "./second-handle.ts";

const space = rows(1);
const [key, value] = [text("key"), text("value")];
const inUse = ["store_in_use", "store_busy"];

export const traitChecks: readonly Check[] = section("traits", [
  check("the traits have the shape the contract gives them", promise.traits, (trial) => {
    const { traits } = trial.open();
    const flags = ["durable", "persistent", "conflicts"] as const;
    for (const flag of flags) expectThat(typeof traits[flag] === "boolean", `traits.${flag} is no boolean`);
    expectThat(
      ["none", "readers", "writers"].includes(traits.sharing),
      `traits.sharing is "${traits.sharing}"`,
    );
    expectThat(["waits", "fails", "blocks"].includes(traits.busy), `traits.busy is "${traits.busy}"`);
    const limits = ["keyBytesMax", "valueBytesMax", "transactionOperationsMax"] as const;
    for (const name of limits) {
      const limit = traits[name];
      const sound = limit === undefined || (Number.isSafeInteger(limit) && limit > 0);
      expectThat(sound, `traits.${name} is ${limit}; it should be a positive integer or absent`);
    }
    expectThat(traits.persistent || !traits.durable, "the traits say durable, but not persistent");
  }),

  check("every handle tells the same traits, always", promise.traits, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const before = told(store.traits);
    putAll(store, space, [[key, value]]);
    expectEqual(told(store.traits), before, "the traits after a commit");
    store.close();
    expectEqual(told(trial.open(place).traits), before, "the traits of the next handle");
    expectEqual(told(trial.open().traits), before, "the traits of a handle of another place");
  }),

  check("data outlives close exactly when the trait `persistent` says so", promise.persistent, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    putAll(store, space, [[key, value]]);
    store.close();
    const expected = store.traits.persistent ? value : undefined;
    expectBytes(
      trial.open(place).get(space, key),
      expected,
      `persistent is ${store.traits.persistent}, and after reopening the value`,
    );
  }),

  check(
    "a second handle in the same process sees the data or is refused as in use",
    promise.sharing,
    async (trial) => {
      const place = trial.place();
      const store = trial.open(place);
      putAll(store, space, [[key, value]]);
      await nextRun();
      const second = openSecond(trial, place);
      const { sharing, persistent } = store.traits;
      if (second === undefined) return;
      if (!persistent) {
        expectBytes(
          second.get(space, key),
          sharing === "none" ? undefined : value,
          `sharing is "${sharing}", and the value in a second handle`,
        );
        return;
      }
      expectThat(sharing !== "none", 'sharing is "none", but a persistent place was opened twice');
      expectBytes(second.get(space, key), value, "the value in a second handle");
    },
  ),

  check(
    "where readers or writers share, a handle elsewhere opens; where none do, it is refused",
    promise.sharing,
    async (trial) => {
      const place = trial.place();
      const store = trial.open(place);
      putAll(store, space, [[key, value]]);
      await nextRun();
      const { sharing } = store.traits;
      const answer = await trial.harness.openElsewhere?.(place).then(
        (elsewhere) => ({ elsewhere }),
        (error: unknown) => ({ error }),
      );
      if (answer === undefined) return;
      if ("error" in answer) {
        if (sharing !== "none") throw answer.error;
        expectRefusal(inUse, "opening the place elsewhere", () => {
          throw answer.error;
        });
        return;
      }
      try {
        expectThat(sharing !== "none", 'sharing is "none", but the place was opened elsewhere too');
        expectBytes(await answer.elsewhere.get(space, key), value, "the value read elsewhere");
        if (sharing === "writers") {
          await answer.elsewhere.begin();
          await answer.elsewhere.abort();
        }
      } finally {
        await answer.elsewhere.close();
      }
    },
    { applies: ({ harness }) => harness.openElsewhere !== undefined },
  ),

  check(
    "begin on a store that another handle writes does what the trait `busy` says",
    [promise.busy, promise.beginExcludes, promise.waitMs],
    (trial) => {
      const place = trial.place();
      const first = trial.open(place);
      const second = openSecond(trial, place);
      if (second === undefined) return;
      const { busy } = first.traits;
      const writing = first.begin();
      // A begin that can only block would never return: this very thread holds the lock.
      if (busy !== "blocks") {
        const codes = first.traits.sharing === "writers" ? ["store_busy"] : ["store_busy", "store_read_only"];
        expectRefusal(codes, "begin while another handle writes", () => second.begin());
        if (codes.length === 1) expectWait(second, busy);
      }
      writing.abort();
      if (first.traits.sharing === "writers") second.begin().abort();
    },
    { applies: ({ traits }) => traits.persistent && traits.sharing !== "none" },
  ),

  check(
    "commits of one writer at a time never conflict where the trait says they cannot",
    promise.conflicts,
    (trial) => {
      const place = trial.place();
      const stores = [trial.open(place)];
      const second = openSecond(trial, place);
      if (second !== undefined) stores.push(second);
      for (let round = 0; round < 10; round++) {
        for (const store of stores) {
          if (store !== stores[0] && store.traits.sharing !== "writers") continue;
          putAll(store, space, [[key, pattern(4, round)]]);
        }
      }
    },
    { applies: ({ traits }) => !traits.conflicts },
  ),
]);

function told(traits: StoreTraits): string {
  const { durable, persistent, sharing, busy, conflicts, keyBytesMax, valueBytesMax } = traits;
  return JSON.stringify([
    durable,
    persistent,
    sharing,
    busy,
    conflicts,
    keyBytesMax,
    valueBytesMax,
    traits.transactionOperationsMax,
  ]);
}

function expectWait(store: Store, busy: StoreTraits["busy"]): void {
  const waitMs = busy === "waits" ? 40 : 1000;
  const begin = (): void =>
    expectRefusal("store_busy", `begin({ waitMs: ${waitMs} }) while another handle writes`, () =>
      store.begin({ waitMs }),
    );
  // Timers may fire a little early.
  if (busy === "waits" && takesLessThan(waitMs - 2, begin, 1))
    broken(`begin({ waitMs: ${waitMs} }) gave up before its time`);
  if (busy === "fails" && !takesLessThan(waitMs, begin))
    broken(`busy is "fails", but begin waited ${waitMs} ms`);
}
