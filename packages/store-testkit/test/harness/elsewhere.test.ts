import { MessageChannel } from "node:worker_threads";
import { isModelVaultError, ModelVaultError, memoryStore, type Store } from "@modelvault/core";
import { connectStore, type StoreElsewhere, serveStore } from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";

const space = { kind: "rows", collection: 1 } as const;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** Runs `work` with a store at the other end of a channel. */
async function across(open: () => Store, work: (store: StoreElsewhere) => Promise<void>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const end = (): void => {
    port1.close();
    port2.close();
  };
  serveStore(open, port1);
  const store = await connectStore(port2, end);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

async function rejection(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a store elsewhere", () => {
  test("is written and read by messages", async () => {
    await across(
      () => memoryStore().open(),
      async (store) => {
        await store.begin();
        await store.put(space, bytes("a"), bytes("one"));
        await store.put(space, bytes("b"), bytes("two"));
        await store.delete(space, bytes("a"));
        const revision = await store.commit();
        expect(await store.revision()).toBe(revision);
        expect(await store.entries(space, { gte: bytes("a") })).toEqual([[bytes("b"), bytes("two")]]);
        expect(await store.get(space, bytes("a"))).toBeUndefined();
        await store.begin({ waitMs: 0 });
        await store.put(space, bytes("c"), bytes("three"));
        await store.abort();
        expect(await store.count(space)).toBe(1);
      },
    );
  });

  test("rejects with the code and details of what the store threw", async () => {
    await across(
      () => memoryStore().open(),
      async (store) => {
        await store.begin();
        const error = await rejection(store.begin());
        expect(isModelVaultError(error, "store_busy")).toBe(true);
        expect(String(await rejection(store.entries(space, { gt: bytes("a"), gte: bytes("a") })))).toContain(
          "ModelVaultError",
        );
      },
    );
  });

  test("rejects when it cannot be opened, and ends what was to hold it", async () => {
    const { port1, port2 } = new MessageChannel();
    serveStore(() => {
      throw new ModelVaultError("store_busy", "Somebody else has it.");
    }, port1);
    let ended = 0;
    const error = await rejection(
      connectStore(port2, () => {
        ended++;
        port1.close();
      }),
    );
    expect([isModelVaultError(error, "store_busy"), ended]).toEqual([true, 1]);
  });

  test("passes on foreign errors as text", async () => {
    await across(
      () => memoryStore().open(),
      async (store) => {
        expect(await rejection(store.put(space, bytes("a"), bytes("a")))).toBeInstanceOf(Error);
      },
    );
  });
});
