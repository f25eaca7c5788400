// Commits to a vault while calls to the system are made to fail; says which commits were acknowledged, and what refused the others.
// Runs on the built packages.
import { writeSync } from "node:fs";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

const [path = "", rounds = "0"] = process.argv.slice(2);
const db = Database.open(lmdbStore(path));
const t = db.collection("t");
let round = t.get(0)?.n ?? 0;
const last = round + Number(rounds);
let failures = 0;
while (round < last && failures < 3) {
  try {
    db.transaction(() => {
      for (let id = 0; id < 8; id++)
        t.put({ id, n: round + 1, s: "x".repeat((round * 37 + id * 1_009) % 6_000) });
    });
    round++;
    writeSync(1, `${round}\n`);
  } catch (error) {
    failures++;
    writeSync(1, `! ${/** @type {{ code?: string }} */ (error).code ?? error}\n`);
  }
}
db.close();
