// The files of a workspace tree, for the checks: everything that is kept, nothing that is installed or built.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { basename, dirname } from "node:path/posix";

const skipped = new Set(["node_modules", "dist", ".git", ".turbo", ".cache", "coverage"]);

/**
 * @param {string} root
 * @param {(path: string) => boolean} [wanted] is asked with the path from the root, slashes forward
 * @returns {string[]} paths from the root, sorted
 */
export function listFiles(root, wanted = () => true) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} folder */
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) visit(path);
      } else if (entry.isFile() && wanted(path)) found.push(path);
    }
  };
  visit("");
  return found.sort();
}

/**
 * @param {string} root
 * @param {string} path
 */
export function readText(root, path) {
  return readFileSync(join(root, path), "utf8");
}

/** @typedef {{ path: string, folder: string, name: string, json: Manifest }} Package */
/**
 * @typedef {{ name?: string, version?: string, private?: boolean, dependencies?: Record<string, string>,
 *   peerDependencies?: Record<string, string>, devDependencies?: Record<string, string>, exports?: unknown, bin?: Record<string, string> }} Manifest
 */

/**
 * The packages under packages/.
 * @param {string} root
 * @returns {Package[]} `name` is the folder's
 */
export function listPackages(root) {
  return packagesAt(root, /^packages\/[^/]+\/package\.json$/);
}

/**
 * What is published: the packages and programs that are not private.
 * @param {string} root
 * @returns {Package[]} `name` is the folder's
 */
export function listPublicPackages(root) {
  return packagesAt(root, /^(?:packages|apps)\/[^/]+\/package\.json$/).filter(
    ({ json }) => json.private !== true,
  );
}

/**
 * @param {string} root
 * @param {RegExp} manifests
 * @returns {Package[]}
 */
function packagesAt(root, manifests) {
  return listFiles(root, (path) => manifests.test(path)).map((path) => {
    const folder = dirname(path);
    return { path, folder, name: basename(folder), json: JSON.parse(readText(root, path)) };
  });
}

/** @param {string} path */
export function isTypeScript(path) {
  return path.endsWith(".ts");
}
