// Commits to a vault while calls to the system are made to fail; says which commits were acknowledged, and what refused the others.
// Runs on the built packages.
import { writeSync } from "node:fs";
import { lmdbStore } from "@modelvault/store-lmdb";
import { writeNumberedCommits } from "@modelvault/store-testkit";

const [path = "", commits = "0"] = process.argv.slice(2);
let failures = 0;
writeNumberedCommits(lmdbStore(path), {
  commits: Number(commits),
  textMax: 6_000,
  told: (commit) => writeSync(1, `${commit}\n`),
  refused(error) {
    writeSync(1, `! ${/** @type {{ code?: string }} */ (error).code ?? error}\n`);
    return ++failures < 3;
  },
});
