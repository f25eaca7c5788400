import {
  compileState,
  Database,
  memoryStore,
  type PackedShape,
  type Row,
  stateParts,
} from "@modelvault/core";
import { expect, test } from "vitest";

function shelf(): Database {
  const db = Database.open(memoryStore());
  db.register({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "title", type: "string" },
      { path: "author.name", type: "string" },
      { path: "tags", type: { list: "string" } },
    ],
    indexes: [{ path: "title" }],
  });
  for (let id = 1; id <= 5; id++)
    db.collection("books").insert({ id, title: `Title ${id}`, author: { name: "Ann" }, tags: ["a"] });
  return db;
}

/** What another thread does with what it was sent. */
function decodedElsewhere(shape: PackedShape, payloads: readonly (Uint8Array | undefined)[]): unknown[] {
  const sent = structuredClone({ parts: stateParts(shape.state), paths: shape.paths, payloads });
  const decode = compileState(sent.parts).decoder("number", sent.paths);
  return sent.payloads.map((payload) => (payload === undefined ? undefined : decode(payload)));
}

test("payloads decode elsewhere to the rows they are, by the state that was sent along", () => {
  using db = shelf();
  const packed = db.packed("books");
  const books = db.collection("books");
  expect(decodedElsewhere(packed.shape(), packed.getMany([2, 9, 1]))).toEqual(books.getMany([2, 9, 1]));
  const shapes: PackedShape[] = [];
  const spec = { where: { op: ">", path: "id", value: 2 }, select: ["author.name", "title"] } as const;
  const payloads = packed.query(spec, (shape) => shapes.push(shape));
  const rows = books.where("id", ">", 2).select("author.name", "title").all();
  const found = [payloads.all(), [...payloads.iterate()]];
  expect(shapes).toHaveLength(2);
  for (const [at, shape] of shapes.entries()) expect(decodedElsewhere(shape, found[at] ?? [])).toEqual(rows);
  const updated = packed.update(3, { title: "New" });
  expect(decodedElsewhere(packed.shape(), [updated])).toEqual([books.get(3) as Row]);
});
