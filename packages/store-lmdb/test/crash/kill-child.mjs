// Writes to a vault until it is killed; says on its output which commits were acknowledged. Runs on the built packages.
import { writeSync } from "node:fs";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

const [path = ""] = process.argv.slice(2);
const db = Database.open(lmdbStore(path));
db.register({
  name: "t",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "n", type: "int64" },
    { path: "s", type: "string" },
  ],
  indexes: [{ path: "n" }],
});
const t = db.collection("t");
let round = (t.where("id", "=", 0).first()?.n ?? 0) + 1;
for (; ; round++) {
  db.transaction(() => {
    for (let id = 0; id < 8; id++) t.put({ id, n: round, s: "x".repeat((round * 37 + id * 1_009) % 6_000) });
  });
  writeSync(1, `${round}\n`);
}
