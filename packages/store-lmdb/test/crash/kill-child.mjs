// Writes to a vault until it is killed; says on its output which commits were acknowledged. Runs on the built packages.
import { writeSync } from "node:fs";
import { lmdbStore } from "@modelvault/store-lmdb";
import { writeNumberedCommits } from "@modelvault/store-testkit";

const [path = ""] = process.argv.slice(2);
writeNumberedCommits(lmdbStore(path), { textMax: 6_000, told: (commit) => writeSync(1, `${commit}\n`) });
