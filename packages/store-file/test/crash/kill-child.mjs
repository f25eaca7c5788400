// Writes to a vault until it is killed; says on its output which commits were acknowledged. Runs on the built packages.
import { writeSync } from "node:fs";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";

const [path = ""] = process.argv.slice(2);
const db = Database.open(fileStore(path, { autoCompact: { logBytesMin: 30_000, deadRatioMin: 0.5 } }));
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
let round = Number(t.where("id", "=", 0).first()?.n ?? 0) + 1;
for (; ; round++) {
  db.transaction(() => {
    for (let id = 0; id < 8; id++) t.put({ id, n: round, s: "x".repeat((round * 37 + id) % 200) });
  });
  if (round % 29 === 0) db.checkpoint();
  writeSync(1, `${round}\n`);
}
