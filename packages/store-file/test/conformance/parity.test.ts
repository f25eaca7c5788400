/** The whole engine on vault files, against the testkit's oracle; and the programs that it once found wrong. */
import { engineParity, type ParityProgram, replayParity, type StoreHarness } from "@modelvault/store-testkit";
import { describe, expect, it } from "vitest";
import { checkFileOptions } from "../../src/options.ts";
import { FileStore } from "../../src/vault/file-store.ts";
import { Vault } from "../../src/vault/vault.ts";
import { FakeDisk } from "../support/fake-disk.ts";

const path = "/vaults/a.modelvault";

const harness: StoreHarness<FakeDisk> = {
  name: "a file on a fake disk",
  newLocation: () => new FakeDisk(),
  open: (disk) => new FileStore(Vault.open(disk, path, checkFileOptions(path, {}), new Date(0))),
  dispose: () => undefined,
};

engineParity(harness as StoreHarness, { describe, it }, { operations: 6_000 });

const differenceOf = (program: ParityProgram): Promise<unknown> =>
  replayParity({ drivers: [harness as StoreHarness], program });

describe("parity once found", () => {
  // The commit named the collection of rows that the savepoint had taken back, and that collection never came to be.
  it("that a savepoint which registered a collection and was rolled back left the commit impossible", async () => {
    const schema = {
      name: "b",
      primaryKey: "id",
      fields: [
        { path: "id", type: "string" },
        { path: "q", type: "json" },
      ],
    };
    const inner = { do: "transaction", body: [{ do: "register", schema }], end: "throw" } as const;
    const program: ParityProgram = { integers: "number", steps: [{ do: "transaction", body: [inner] }] };
    expect(await differenceOf(program)).toBeUndefined();
  });

  // The new version is written as a fresh file, its rows under that version; memory kept them under the old one.
  it("that verify took a row of an older version for damage", async () => {
    const id = { path: "id", type: "float64" };
    const fields = (type: "uint64" | { optional: "uint64" }) => [id, { path: "a.z", type }];
    const program: ParityProgram = {
      integers: "number",
      steps: [
        { do: "register", schema: { name: "b", primaryKey: "id", fields: fields("uint64") } },
        { do: "put", in: "b", row: { $o: { id: 0, a: { $o: { z: 1 } } } } },
        { do: "evolve", in: "b", schema: { fields: fields({ optional: "uint64" }) } },
        { do: "verify" },
      ],
    };
    expect(await differenceOf(program)).toBeUndefined();
  });
});
