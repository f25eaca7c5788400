// A process among several that insert rows without keys into one LMDB vault, and delete each again; prints the keys they were given.
import { Database } from "@modelvault/core";
import { collection, defineModel } from "@modelvault/models";
import { lmdbStore } from "@modelvault/store-lmdb";
import { z } from "zod";

const Ticket = defineModel("tickets", z.object({ number: z.int(), text: z.string() }), {
  primaryKey: "number",
  generate: "autoincrement",
});

const db = Database.open(lmdbStore(process.argv[2] ?? ""));
const numbers = [];
const tickets = collection(db, Ticket);
for (let at = 0; at < 50; at++) {
  const number = tickets.insert({ text: "a" });
  tickets.delete(number);
  numbers.push(number);
}
db.close();
process.stdout.write(JSON.stringify(numbers));
