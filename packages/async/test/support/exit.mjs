// A program that opens a database, uses it, and leaves it open: it must end all the same.
import { AsyncDatabase } from "@modelvault/async";

const db = await AsyncDatabase.openInMemory();
await db.register({ name: "books", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
await db.collection("books").insert({ id: 1 });
console.log("stored", await db.collection("books").count());
