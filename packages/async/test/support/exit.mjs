// A program that opens a database, uses it, and leaves it open: it must end all the same.
import { AsyncDatabase } from "@modelvault/async";

const db = await AsyncDatabase.openInMemory();
await db.register({ name: "books", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
await db.collection("books").insert({ id: 1 });
console.log("stored", await db.collection("books").count());

// An iteration that is dropped in the middle waits for nobody.
await db.collection("books").insertMany(Array.from({ length: 5000 }, (_, n) => ({ id: n + 2 })));
await db.collection("books").iterate().next();
