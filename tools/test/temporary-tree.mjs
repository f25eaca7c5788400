// A small workspace in a temporary folder, for showing that a check can fail. Gone after the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/**
 * @param {Record<string, string | object>} files path → text, or data to write as JSON
 * @returns {string} the folder
 */
export function temporaryTree(files) {
  const root = mkdtempSync(join(tmpdir(), "modelvault-tree-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}
