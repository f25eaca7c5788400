/** A process that is killed in the middle of a migration leaves the vault of before it or that of after it. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database, type StoreDriver } from "@modelvault/core";
import { history } from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, onTestFinished, test } from "vitest";

const child = fileURLToPath(new URL("killed-child.mjs", import.meta.url));
// `npm run crash` may ask for more.
const KILLS = Number(process.env.MODELVAULT_MIGRATION_KILLS ?? 3);

/** Kills the child when it has written so many lines; the migrations that it had told of. */
function migrateAndKill(driver: string, path: string, lines: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const migrating = spawn(process.execPath, [child, driver, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    migrating.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.split("\n").length > lines) migrating.kill("SIGKILL");
    });
    migrating.on("error", reject);
    migrating.on("close", (_, signal) => {
      if (signal === "SIGKILL") resolve([...text.matchAll(/^done /gm)].length);
      else reject(new Error(`the child ended by itself: ${text}`));
    });
  });
}

test.each<[string, (path: string) => StoreDriver]>([
  ["file", (path) => fileStore(path)],
  ["lmdb", (path) => lmdbStore(path)],
])("a migration that is killed is there whole or not at all (%s)", async (driver, open) => {
  for (let kill = 0; kill < KILLS; kill++) {
    const place = mkdtempSync(join(tmpdir(), "modelvault-killed-"));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    const path = join(place, `a.${driver}`);
    // In the middle of the second migration, at its end, or soon after.
    const told = await migrateAndKill(driver, path, 5 + kill);
    using db = Database.open(open(path));
    const applied = history(db).length - 1;
    expect(applied).toBeGreaterThanOrEqual(told);
    const rich = applied % 2 === 1;
    expect(db.schema("rows").fields.map(({ path: field }) => String(field))).toEqual(
      rich ? ["id", "text", "length"] : ["id", "text"],
    );
    const rows = db.collection("rows").all();
    expect(rows).toHaveLength(3000);
    for (const { id, text, length } of rows) {
      expect(String(text)).toHaveLength(Number(id) % 50);
      if (length !== (rich ? Number(id) % 50 : undefined))
        throw new Error(`row ${id} has the length ${length}`);
    }
    expect(db.verify().problems).toEqual([]);
  }
});
