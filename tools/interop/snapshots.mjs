// Snapshots and restored vaults are files of the same format: upstream opens ours, we open its.
import { writeFileSync } from "node:fs";
import { Database } from "@modelvault/core";
import { fileStore, restore, snapshotStore } from "@modelvault/store-file";
import { expect } from "./model.mjs";

/** @type {import("@modelvault/core").FieldDescriptor[]} */
const fields = [
  { path: ["id"], type: "int64" },
  { path: ["s"], type: "string" },
];

/** @type {import("./rules.mjs").Rule[]} */
export const snapshotRules = [
  {
    name: "snapshot bytes and restored vaults are files that upstream opens, and what upstream wrote can be both",
    run: async ({ upstream, place }) => {
      const theirs = place("snapshot-source");
      await upstream.call("open", { path: theirs });
      await upstream.call("register", { name: "t", primary: "id", fields, indexes: [] });
      const row = (/** @type {number} */ id) => ({
        op: "put",
        row: { id: { int64: `${id}` }, s: { string: "x" } },
      });
      await upstream.call("apply", { name: "t", steps: [row(1), row(2), row(3)] });
      await upstream.call("checkpoint");
      await upstream.call("close");
      const db = Database.open(snapshotStore(theirs), { integers: "bigint" });
      db.collection("t").insert({ id: 4n, s: "ours" });
      const [asFile, restored] = [place("snapshot-bytes"), place("restored")];
      writeFileSync(asFile, db.snapshotBytes());
      restore(db.snapshotBytes(), restored);
      db.close();
      restore(theirs, place("restored-theirs"));
      for (const [path, count] of /** @type {const} */ ([
        [asFile, 4],
        [restored, 4],
        [place("restored-theirs"), 3],
      ])) {
        await upstream.call("open", { path, recovery: "strict" });
        await upstream.call("apply", { name: "t", steps: [row(9)] });
        const found = await upstream.call("dump", { name: "t", fields });
        expect(found.length === count + 1, `${found.length} rows, not ${count + 1}`);
        await upstream.call("close");
        const again = Database.open(fileStore(path), { integers: "bigint" });
        expect(again.verify().ok && again.collection("t").count() === count + 1, "we open it again");
        again.close();
      }
    },
  },
];
