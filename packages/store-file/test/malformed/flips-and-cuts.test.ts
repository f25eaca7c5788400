/**
 * Every byte of small golden files flipped, every length they may be cut to, and segments made of nonsense with right checksums: each
 * opens with what was committed, or with less and says so, or is refused with a coded error. Never a foreign error, never silence.
 */
import { isModelVaultError } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { readVault } from "../../src/vault/read-vault.ts";
import { describeVault } from "../../src/vault/repair-vault.ts";
import { FakeDisk, randomFrom } from "../support/fake-disk.ts";
import { contentOf, goldenBytes } from "../support/golden.ts";
import { openOn } from "../support/open-on.ts";
import { UpstreamLikeFile } from "../support/upstream-like-file.ts";

const PATH = "/a.modelvault";
const names = ["09-checkpoint", "17-dropped-index"];
// Flipping all bits of every byte of the padding of superblocks says nothing; one in sixteen does.
const everyByte = (length: number): number[] =>
  Array.from({ length }, (_, at) => at).filter(
    (at) => at < 100 || (at > 4128 && at < 4200) || at >= 8224 || at % 16 === 0,
  );

function diskWith(bytes: Uint8Array): FakeDisk {
  const disk = new FakeDisk();
  const file = disk.open(PATH, "create");
  file.write(bytes, 0);
  file.syncData();
  return disk;
}

/** What a file opens as: its rows, and whether anything was said to be wrong; or a code. */
function look(
  bytes: Uint8Array,
): { readonly content: string; readonly clean: boolean } | { readonly code: string } {
  const disk = diskWith(bytes);
  try {
    const info = describeVault(PATH, readVault(disk.open(PATH, "read"), false));
    const db = openOn(disk, PATH, {}, { integers: "bigint" });
    const content = JSON.stringify(contentOf(db));
    db.close();
    return { content, clean: info.clean };
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    return { code: error.code };
  }
}

describe.each(names)("%s", (name) => {
  const whole = goldenBytes(name);
  const right = look(whole) as { readonly content: string };

  test("any byte flipped is a coded error, or no loss, or a loss that is told of", () => {
    for (const at of everyByte(whole.length)) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0xff;
      const found = look(bytes);
      if ("code" in found) expect(found.code).toMatch(/^(log_|file_|checkpoint_|catalog_|record_)/);
      else if (found.clean) expect([at, found.content]).toEqual([at, right.content]);
    }
  });

  test("any length opens with the commits that are whole", () => {
    let rows = 0;
    for (let length = whole.length; length >= 0; length -= length > 8224 ? 1 : 97) {
      const found = look(whole.subarray(0, length));
      // A checkpoint that is cut away takes nothing along; one that is there and cut has the log before it.
      // Where nothing is left but a superblock that knows of a checkpoint, an empty vault would be a lie.
      if ("code" in found) expect([length, found.code]).toEqual([length, "checkpoint_invalid"]);
      else if (found.content !== right.content) rows++;
    }
    expect(rows).toBeGreaterThan(0);
  });
});

describe("segments of nonsense with right checksums", () => {
  const schema = Buffer.from(
    "0400010001000000050000007573657273010000000200000001000000020000006964010000000001000000010000006e08040000000001000000020100000001 0000006e010000006e020000006964".replaceAll(
      " ",
      "",
    ),
    "hex",
  );
  const record = Buffer.from(
    "02000100000001000000010101000000000000000100000001 0401000000 61".replaceAll(" ", ""),
    "hex",
  );
  const index = Buffer.from(
    "0200010000000100000002010100 00006e0100000061080000000100000000000000".replaceAll(" ", ""),
    "hex",
  );

  test.each([
    ["record", 2, record],
    ["schema", 1, schema],
    ["index", 5, index],
  ] as const)("a %s changed at random is a coded error or data that verify judges", (_, type, payload) => {
    const random = randomFrom(7);
    for (let round = 0; round < 600; round++) {
      const changed = Buffer.from(payload);
      for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
        changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
      }
      const cut = random() < 0.2 ? changed.subarray(0, Math.floor(random() * changed.length)) : changed;
      const file = new UpstreamLikeFile();
      file.commit(1n, [[1, type === 1 ? cut : schema]]);
      file.commit(2n, [
        [5, type === 5 ? cut : index],
        [2, type === 2 ? cut : record],
      ]);
      try {
        const db = openOn(diskWith(file.bytes), PATH, {}, { integers: "bigint" });
        try {
          db.verify();
          for (const collection of db.collectionNames()) {
            db.collection(collection).count();
            db.collection(collection).all();
          }
          db.register({ name: "another", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
        } finally {
          db.close();
        }
      } catch (error) {
        if (!isModelVaultError(error) || error.code === "internal") throw error;
      }
    }
  });

  test("lengths that promise more than there is cost nothing", () => {
    for (const size of [0xffffffff, 0x7fffffff, 1_048_577]) {
      const huge = Buffer.from(index);
      huge.writeUInt32LE(size, 2);
      const text = Buffer.from(record);
      text.writeUInt32LE(size, text.length - 5);
      const file = new UpstreamLikeFile();
      file.commit(1n, [[1, schema]]);
      file.commit(2n, [
        [5, huge],
        [2, text],
      ]);
      const before = process.memoryUsage().rss;
      const found = look(file.bytes);
      expect("code" in found ? found.code : "").toMatch(/record_payload_invalid|row_unreadable|^$/);
      expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
    }
  });
});

test("a fuzzed log never hangs or throws anything foreign", () => {
  const random = randomFrom(11);
  const whole = goldenBytes("06-updates");
  for (let round = 0; round < 800; round++) {
    const bytes = Buffer.from(whole);
    for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) {
      const at = 8224 + Math.floor(random() * (bytes.length - 8224));
      const length = Math.min(bytes.length - at, Math.floor(random() * 60));
      if (random() < 0.5) bytes.fill(Math.floor(random() * 256), at, at + length);
      else bytes.copy(bytes, at, 8224 + Math.floor(random() * 4000), 8224 + Math.floor(random() * 5000));
    }
    look(bytes);
  }
});
