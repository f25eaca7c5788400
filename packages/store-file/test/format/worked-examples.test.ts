/** The worked examples of the format: bytes of whole files, put together by the codecs and compared with what upstream writes. */
import { createHash } from "node:crypto";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { copyWithCrc32c, crc32c } from "../../src/format/crc32c.ts";
import { decodeSlot, EMPTY_SUPERBLOCK, encodeSlot } from "../../src/format/superblock.ts";
import { encodeEmptyVault } from "../../src/vault/create-file.ts";
import { contentOf } from "../support/golden.ts";
import { fileWith } from "../support/places.ts";
import { UpstreamLikeFile } from "../support/upstream-like-file.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const booksSchema = hex(
  "040001000100000005000000626f6f6b7301000000090000000100000002000000696404020000000c09060000005e5b612d7a5d010000000400000079656172010200000001fbffffffffffffff02b80b000000000000010000000500000073636f726508030000000001000000040000007461677309040100000008090000000000000001000000040000006b696e640b02000000010000006101000000620000000001000000030000006f626a0a02000000010000000100000078020100000001000000790800000000000100000004000000626c6f62050000000001000000030000007569640600000000010000000200000074730700000000020000000201000000040000007965617208000000796561725f696478010100000003000000756964050000007569645f75020000006964",
);

describe("checksums", () => {
  test.each([
    ["", 0x00000000],
    [Buffer.from("123456789").toString("hex"), 0xe3069283],
    ["00".repeat(32), 0x8a9136aa],
    ["ff".repeat(32), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)).toString("hex"), 0x46dd794e],
    [Buffer.from("TDB0").toString("hex"), 0xc08d0f76],
  ])("CRC32C of %s", (bytes, expected) => {
    expect(crc32c(hex(bytes))).toBe(expected);
    const whole = hex(bytes);
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(crc32c(whole, cut, whole.length, crc32c(whole, 0, cut))).toBe(expected);
      const copy = Buffer.alloc(whole.length + 6, 9);
      expect(copyWithCrc32c(whole, cut, whole.length, copy, 3)).toBe(crc32c(whole.subarray(cut)));
      const copied = copy.subarray(3, 3 + whole.length - cut);
      expect(copied.equals(whole.subarray(cut))).toBe(true);
      expect(copy.filter((byte) => byte === 9).length).toBeGreaterThanOrEqual(6 + cut);
    }
  });

  test("an empty superblock of generation 0 and 1", () => {
    expect(encodeSlot(EMPTY_SUPERBLOCK).readUInt32LE(48)).toBe(0x88b36ff4);
    expect(encodeSlot({ ...EMPTY_SUPERBLOCK, generation: 1n }).readUInt32LE(48)).toBe(0x55737adf);
  });
});

test("a superblock of version 0 is read", () => {
  const slot = Buffer.alloc(4096);
  slot.set(hex("54534230000000000500000000000000202000000000000012000000000000001eeafc88"));
  expect(decodeSlot(slot)).toEqual({
    valid: true,
    superblock: {
      generation: 5n,
      manifestOffset: 8224,
      manifestBytes: 18,
      checkpointOffset: 0,
      checkpointBytes: 0,
    },
  });
});

test("an empty vault", () => {
  expect(sha256(encodeEmptyVault())).toBe("292c49c5c36923c8e0e0f6ea13795b86c656b5f39209b95d904b4b957cf5e6c3");
});

test("a registration and an insert", () => {
  const file = new UpstreamLikeFile();
  file.commit(1n, [
    [1, hex("04000100010000000100000074010000000100000001000000020000006964010000000000000000020000006964")],
  ]);
  file.commit(2n, [[2, hex("020001000000010000000101010000000000000000000000")]]);
  expect(file.bytes.length).toBe(8732);
  expect(sha256(file.bytes)).toBe("72790b0eeda9606664886a5b3b2c41838ce10db4900499e57154ca68c702b279");
  using db = Database.open(fileStore(fileWith(file.bytes)), { integers: "bigint" });
  expect(contentOf(db)).toEqual({ t: ['{"id":i:1}'] });
});

test("composite rows, indexes, a replacement and a transaction", () => {
  const file = new UpstreamLikeFile();
  file.commit(1n, [[1, booksSchema]]);
  file.commit(2n, [
    [
      5,
      hex(
        "02000200000001000000020108000000796561725f69647808000000e40700000000000005000000616c706861010000000101050000007569645f75100000000101010101010101010101010101010105000000616c706861",
      ),
    ],
    [
      2,
      hex(
        "02000100000001000000010405000000616c7068610800000001e4070000000000000103000000000000f83f0200000004010000007004010000007104010000006202ffffffffffffffff000503000000000102060101010101010101010101010101010107ffffffffffffffff",
      ),
    ],
  ]);
  file.commit(3n, [
    [
      5,
      hex(
        "02000400000001000000020208000000796561725f69647808000000e40700000000000005000000616c706861010000000102050000007569645f75100000000101010101010101010101010101010105000000616c70686101000000020108000000796561725f69647808000000e50700000000000005000000616c706861010000000101050000007569645f75100000000101010101010101010101010101010105000000616c706861",
      ),
    ],
    [
      2,
      hex(
        "02000100000001000000020405000000616c7068610800000001e507000000000000000200000004010000007004010000007104010000006202ffffffffffffffff000503000000000102060101010101010101010101010101010107ffffffffffffffff",
      ),
    ],
  ]);
  file.commit(4n, [
    [
      5,
      hex(
        "02000200000001000000020108000000796561725f696478080000000700000000000000040000006265746101000000 0101050000007569645f75100000000202020202020202020202020202020204000000 62657461",
      ),
    ],
    [
      2,
      hex(
        "02000100000001000000010404000000626574610800000001070000000000000001 03000000000000f83f02000000040100000070040100000071040100000062 02ffffffffffffffff00 0503000000000102 0602020202020202020202020202020202 07ffffffffffffffff",
      ),
    ],
    [
      5,
      hex(
        "02000200000001000000020208000000796561725f69647808000000e50700000000000005000000616c706861010000000102050000007569645f75100000000101010101010101010101010101010105000000616c706861",
      ),
    ],
    [2, hex("02000100000001000000030405000000616c70686100000000")],
  ]);
  expect(file.bytes.length).toBe(10301);
  expect(sha256(file.bytes)).toBe("b93190a403c676f068e341254b7fdcd71e11f3e4ddc7a70ae10d4cb207cc2ecd");
  using db = Database.open(fileStore(fileWith(file.bytes)), { integers: "bigint" });
  expect(contentOf(db).books?.[0]).toContain('"id":s:"beta"');
  expect(db.collection("books").where("year", "=", 7).count()).toBe(1);
  expect(db.verify().problems).toEqual([]);
});

test("a nested field path", () => {
  const file = new UpstreamLikeFile();
  file.commit(1n, [
    [
      1,
      hex(
        "04000100010000000500000075736572730100000002000000010000000200000069640100000000020000000700000070726f66696c6502000000747a04000000000100000002020000000700000070726f66696c6502000000747a02000000747a020000006964",
      ),
    ],
  ]);
  file.commit(2n, [
    [5, hex("02000100000001000000020102000000747a03000000555443080000000500000000000000")],
    [2, hex("03000100000001000000010105000000000000000100000002070070726f66696c650200747a0403000000555443")],
  ]);
  expect(sha256(file.bytes)).toBe("6b5ede920df03fa3c351a04f5d2b0ab863e062f837f613123c88b49c64dfc9fb");
  using db = Database.open(fileStore(fileWith(file.bytes)), { integers: "bigint" });
  expect(contentOf(db)).toEqual({ users: ['{"id":i:5,"profile":{"tz":s:"UTC"}}'] });
});

test("a schema version, a checkpoint and a tail", () => {
  const file = new UpstreamLikeFile();
  file.commit(1n, [
    [1, hex("04000100010000000100000074010000000100000001000000020000006964010000000000000000020000006964")],
  ]);
  file.commit(2n, [
    [
      1,
      hex(
        "0400020001000000020000000200000001000000020000006964010000000001000000010000006e08040000000000000000",
      ),
    ],
  ]);
  file.commit(3n, [[2, hex("020001000000020000000101090000000000000001000000 00")]]);
  file.checkpoint(
    hex(
      "0000e123000000000000020000003d00000004000100010000000100000074010000000200000001000000020000006964010000000001000000010000006e08040000000000000000020000006964320000000400020001000000020000000200000001000000020000006964010000000001000000010000006e0804000000000000000001000000190000000200010000000200000001010900000000000000010000000006000000020000000000",
    ),
  );
  file.commit(4n, [[2, hex("02000100000002000000 01010a00000000000000 01000000 00")]]);
  expect(file.bytes.length).toBe(9454);
  expect(sha256(file.bytes)).toBe("f7848f55bde6591fea398ed0dff61fc6d3ad7cb8f78c743aaca724b8c0f1aa78");
  using db = Database.open(fileStore(fileWith(file.bytes)), { integers: "bigint" });
  expect(contentOf(db)).toEqual({ t: ['{"id":i:10}', '{"id":i:9}'] });
  expect(db.schema("t").version).toBe(2);
});

describe("payloads of older engines", () => {
  const catalogs = {
    v2: "020001000100000001000000740100000002000000010000000200000069640401000000010000006e01020000006964",
    v3: "03000100010000000100000074010000000200000001000000020000006964040000000001000000010000006e0100000000020000006964",
    v4: "04000100010000000100000074010000000200000001000000020000006964040000000001000000010000006e010000000000000000020000006964",
  };
  const index = hex("0100010000000100000002020000006978080000000700000000000000010000006b");
  const record = hex("010001000000010000000104010000006b01000000010700000000000000");

  test.each(Object.entries(catalogs))(
    "catalog %s with a record of version 1, unframed and framed",
    (_, catalog) => {
      const segments: [number, Buffer][] = [
        [1, hex(catalog)],
        [5, index],
        [2, record],
      ];
      for (const minor of [3, 4, 5, 6]) {
        for (const framed of [false, true]) {
          const file = new UpstreamLikeFile(minor);
          if (framed) file.commit(1n, segments);
          else for (const [type, payload] of segments) file.segment(type, payload);
          const path = fileWith(file.bytes);
          {
            using db = Database.open(fileStore(path), { integers: "bigint" });
            expect(contentOf(db)).toEqual({ t: ['{"id":s:"k","n":i:7}'] });
            db.collection("t").insert({ id: "l", n: 8 });
          }
          using db = Database.open(fileStore(path, { recovery: "strict" }), { integers: "bigint" });
          expect(contentOf(db)).toEqual({ t: ['{"id":s:"k","n":i:7}', '{"id":s:"l","n":i:8}'] });
          expect(db.verify().problems).toEqual([]);
        }
      }
    },
  );

  test("a header of minor 2 and nothing else is an empty vault", () => {
    const header = Buffer.alloc(32);
    header.set(hex("54444230 0000 0200 20000000"));
    const path = fileWith(header);
    using db = Database.open(fileStore(path));
    expect(db.collectionNames()).toEqual([]);
    db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    expect(db.verify().problems).toEqual([]);
  });
});
