// Writes to a vault until it is killed; says on its output which commits were acknowledged. Runs on the built packages.
import { writeSync } from "node:fs";
import { fileStore } from "@modelvault/store-file";
import { writeNumberedCommits } from "@modelvault/store-testkit";

const [path = ""] = process.argv.slice(2);
writeNumberedCommits(fileStore(path, { autoCompact: { logBytesMin: 30_000, deadRatioMin: 0.5 } }), {
  told: (commit) => writeSync(1, `${commit}\n`),
  beside(db, commit) {
    if (commit % 29 === 0) db.checkpoint();
  },
});
