// Writes docs/errors.md from the error catalogue. The check "errors" fails when it is stale.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorDocs, errorDocsPath, readCatalogue, readDetails } from "./catalogue.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const catalogue = readCatalogue(root);
mkdirSync(dirname(join(root, errorDocsPath)), { recursive: true });
writeFileSync(join(root, errorDocsPath), errorDocs(catalogue, readDetails(root)));
console.log(`${errorDocsPath}: ${catalogue.length} codes`);
