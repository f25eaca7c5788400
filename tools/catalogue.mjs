// Reads the error catalogue of core as data, without running it, and writes docs/errors.md from it.
import { parseSource, stringValue, walk } from "./syntax.mjs";
import { readText } from "./tree.mjs";

export const cataloguePath = "packages/core/src/errors/catalogue.ts";
export const errorDocsPath = "docs/errors.md";

/** @typedef {{ code: string, kind: string, meaning: string, fault: string, retry: boolean }} CatalogueEntry */
/** @typedef {import("oxc-parser").Node} Node */

/**
 * @param {Node} node
 * @returns {unknown} what a literal, or a sum of string literals, is worth
 */
function literal(node) {
  const text = stringValue(node);
  if (text !== undefined) return text;
  if (node.type === "Literal") return node.value;
  if (node.type === "BinaryExpression" && node.operator === "+")
    return `${literal(node.left)}${literal(node.right)}`;
  throw new Error(`${cataloguePath}: an entry holds a ${node.type}; the catalogue is literals only`);
}

/**
 * @param {import("oxc-parser").ObjectExpression} object
 * @returns {[key: string, value: import("oxc-parser").Expression][]}
 */
function entriesOf(object) {
  return object.properties.map((property) => {
    const key =
      property.type === "Property" && property.key.type === "Identifier" ? property.key.name : undefined;
    const name = key ?? (property.type === "Property" ? stringValue(property.key) : undefined);
    if (name === undefined || property.type !== "Property") {
      throw new Error(`${cataloguePath}: the catalogue is written out in full, key by key`);
    }
    return [name, property.value];
  });
}

/**
 * @param {string} root
 * @returns {CatalogueEntry[]} in the order of the file
 */
export function readCatalogue(root) {
  /** @type {CatalogueEntry[]} */
  const catalogue = [];
  walk(parseSource(cataloguePath, readText(root, cataloguePath)), (node) => {
    if (
      node.type !== "VariableDeclarator" ||
      node.id.type !== "Identifier" ||
      node.id.name !== "ERROR_CATALOGUE"
    )
      return;
    /** @type {Node | null} */
    let value = node.init;
    while (value?.type === "TSAsExpression" || value?.type === "TSSatisfiesExpression")
      value = value.expression;
    if (value?.type !== "ObjectExpression")
      throw new Error(`${cataloguePath}: ERROR_CATALOGUE is no object literal`);
    for (const [code, entry] of entriesOf(value)) {
      if (entry.type !== "ObjectExpression")
        throw new Error(`${cataloguePath}: ${code} is no object literal`);
      const fields = Object.fromEntries(entriesOf(entry).map(([key, each]) => [key, literal(each)]));
      const { kind, meaning, fault, retry } = fields;
      catalogue.push({
        code,
        kind: `${kind}`,
        meaning: `${meaning}`,
        fault: `${fault}`,
        retry: retry === true,
      });
    }
  });
  if (catalogue.length === 0) throw new Error(`${cataloguePath} declares no ERROR_CATALOGUE`);
  return catalogue;
}

/**
 * @param {readonly CatalogueEntry[]} catalogue
 * @returns {string} the text of docs/errors.md
 */
export function errorDocs(catalogue) {
  /** @type {Map<string, CatalogueEntry[]>} */
  const kinds = new Map();
  for (const entry of [...catalogue].sort((a, b) => (a.code < b.code ? -1 : 1))) {
    kinds.set(entry.kind, [...(kinds.get(entry.kind) ?? []), entry]);
  }
  const sections = [...kinds].sort().map(([kind, entries]) => {
    const rows = entries.map(({ code, meaning, fault, retry }) => {
      return `| \`${code}\` | ${meaning.replaceAll("|", "\\|")} | ${fault} | ${retry ? "yes" : "no"} |`;
    });
    return [
      `## ${kind}`,
      "",
      "| Code | Meaning | Who can mend it | Worth a retry |",
      "| --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `# Errors

Everything ModelVault throws is a \`ModelVaultError\` with one of these codes in \`error.code\`; a code keeps its
meaning for ever. This page is made from \`${cataloguePath}\` by \`npm run error-docs\`.

${sections.join("\n\n")}
`;
}
