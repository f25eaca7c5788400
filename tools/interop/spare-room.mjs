// Spare room, as upstream finds it: left by a writer that was killed, between any two commits, and under a commit torn by pages.
import { readFileSync, writeFileSync } from "node:fs";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect } from "./model.mjs";

/** @typedef {import("./rules.mjs").Rule} Rule */

/** @type {import("@modelvault/core").FieldDescriptor[]} */
const fields = [
  { path: ["id"], type: "int64" },
  { path: ["s"], type: "string" },
];
const PAGE_BYTES = 4096;

/** The file before and after each of some commits, whose frames lie within a page and over several. @param {string} path */
function commitsOf(path) {
  const states = [];
  const db = Database.open(fileStore(path), { integers: "bigint" });
  db.register({ name: "t", primaryKey: "id", fields, indexes: [{ path: ["s"] }] });
  const t = db.collection("t");
  t.insert({ id: 0n, s: "" });
  for (let id = 1n; id <= 120n; id++) {
    const before = readFileSync(path);
    t.insert({ id, s: "\0x".repeat(Number((id * 37n) % 700n)) });
    const after = readFileSync(path);
    // Where the room was renewed the file has grown; that is an append.
    if (before.length === after.length) states.push({ rows: Number(id), before, after });
  }
  db.close();
  return states;
}

/** Every file that has some of the pages of a commit and not the others. @param {Buffer} before @param {Buffer} after */
function tornByPages(before, after) {
  const pages = [];
  for (let at = 0; at < after.length; at += PAGE_BYTES)
    if (!after.subarray(at, at + PAGE_BYTES).equals(before.subarray(at, at + PAGE_BYTES))) pages.push(at);
  const images = [];
  for (let kept = 0; kept < 1 << pages.length; kept++) {
    const image = Buffer.from(before);
    pages.forEach((at, bit) => {
      if ((kept >> bit) & 1) after.copy(image, at, at, at + PAGE_BYTES);
    });
    images.push(image);
  }
  return images;
}

/** @type {Rule[]} */
export const spareRoomRules = [
  {
    name: "a vault with room for commits, as a killed writer leaves it, in every mode of upstream",
    run: async ({ upstream, place }) => {
      const path = place("room");
      const { rows, after } = /** @type {{ rows: number, after: Buffer }} */ (commitsOf(path).at(-1));
      for (const options of [
        { recovery: "strict" },
        { recovery: "strict", readOnly: true },
        { readOnly: true },
        {},
      ]) {
        writeFileSync(path, after);
        await upstream.call("open", { path, ...options });
        const found = await upstream.call("dump", { name: "t", fields });
        expect(found.length === rows + 1, `${found.length} rows, not ${rows + 1}`);
        await upstream.call("close");
      }
      const steps = [{ op: "put", row: { id: { int64: "1000" }, s: { string: "theirs" } } }];
      await upstream.call("open", { path });
      await upstream.call("apply", { name: "t", steps });
      await upstream.call("close");
      const db = Database.open(fileStore(path), { integers: "bigint" });
      try {
        db.collection("t").insert({ id: 1001n, s: "ours" });
        expect(db.verify().ok && db.collection("t").count() === rows + 3, "we go on behind upstream");
      } finally {
        db.close();
      }
      await upstream.call("open", { path, recovery: "strict" });
      expect(
        (await upstream.call("dump", { name: "t", fields })).length === rows + 3,
        "and upstream behind us",
      );
      await upstream.call("close");
    },
  },
  {
    name: "a commit in spare room, torn between pages in every way, leaves a file that upstream opens",
    run: async ({ upstream, place }) => {
      const path = place("torn-room");
      let images = 0;
      let refused = 0;
      for (const { rows, before, after } of commitsOf(place("torn-room-source"))) {
        for (const image of tornByPages(before, after)) {
          images++;
          writeFileSync(path, image);
          const { error } = await upstream.ask("open", { path });
          if (error === undefined) {
            const found = await upstream.call("dump", { name: "t", fields });
            expect(
              found.length === rows || found.length === rows + 1,
              `${found.length} rows at commit ${rows}`,
            );
          } else refused++;
          await upstream.ask("close");
          writeFileSync(path, image);
          const db = Database.open(fileStore(path), { integers: "bigint" });
          try {
            const count = db.collection("t").count();
            expect(count === rows || count === rows + 1, `we see ${count} rows at commit ${rows}`);
            expect(db.verify().ok, "it verifies");
          } finally {
            db.close();
          }
        }
      }
      expect(images > 200, `only ${images} images`);
      expect(refused === 0, `upstream refused ${refused} of ${images}`);
    },
  },
];
