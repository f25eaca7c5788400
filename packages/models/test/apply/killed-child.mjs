// Migrates a vault to and fro until it is killed; a line on its output for each migration, and for each piece of one. Runs on the built packages.
import { writeSync } from "node:fs";
import { Database } from "@modelvault/core";
import { apply, defineModel, plan } from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { z } from "zod";

const [driver = "", path = ""] = process.argv.slice(2);
const db = Database.open(driver === "file" ? fileStore(path) : lmdbStore(path));
const shape = { id: z.int(), text: z.string() };
const plain = defineModel("rows", z.object(shape), { primaryKey: "id" });
const rich = defineModel("rows", z.object({ ...shape, length: z.int() }), { primaryKey: "id" });

apply(db, plan(db, [plain]));
if (db.collection("rows").count() === 0) {
  db.collection("rows").insertMany(
    Array.from({ length: 3000 }, (_, id) => ({ id, text: "x".repeat(id % 50) })),
  );
}
const onProgress = ({ rowsDone }) => writeSync(1, `rows ${rowsDone}\n`);
for (let round = 0; ; round++) {
  const options =
    round % 2 === 0
      ? { fill: { "rows.length": (row) => row.text.length } }
      : { allowDrop: { fields: ["rows.length"] } };
  apply(db, plan(db, [round % 2 === 0 ? rich : plain], options), { onProgress });
  writeSync(1, `done ${round}\n`);
}
