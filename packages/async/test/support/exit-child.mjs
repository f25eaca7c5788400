// Ends in the middle of a transaction, in one way or another. Runs on the built packages.
import { AsyncDatabase } from "@modelvault/async";
import { lmdbStore } from "@modelvault/store-lmdb";

const [path = "", how = ""] = process.argv.slice(2);
const db = await AsyncDatabase.open(lmdbStore(path));
await db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
if (how === "update") {
  await db.collection("t").insert({ id: 1 });
  // In the middle of the statement, while the engine waits for this function.
  await db.collection("t").update(1, () => process.exit(7));
}
void db.transaction(async (tx) => {
  await tx.collection("t").insert({ id: 1 });
  if (how === "exit") process.exit(7);
  setImmediate(() => {
    throw new Error("nobody caught this");
  });
  await new Promise(() => undefined);
});
