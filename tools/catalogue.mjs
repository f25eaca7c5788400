// Reads the error catalogue of core as data, without running it, and writes docs/errors.md from it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseSource, stringValue, walk } from "./syntax.mjs";
import { listFiles, readText } from "./tree.mjs";

export const codesPath = "packages/core/src/errors/codes/";
export const detailsPath = "packages/core/src/errors/details.ts";
export const errorDocsPath = "docs/errors.md";

/** @typedef {{ code: string, kind: string, meaning: string, details: string[], fault: string, retry: boolean }} CatalogueEntry */
/** @typedef {{ name: string, type: string, meaning: string }} Detail what a key of an error's details says */
/** @typedef {import("oxc-parser").Node} Node */

/**
 * @param {string} path
 * @param {Node} node
 * @returns {unknown} what a literal, a list of them or a sum of string literals is worth
 */
function literal(path, node) {
  const text = stringValue(node);
  if (text !== undefined) return text;
  if (node.type === "Literal") return node.value;
  if (node.type === "ArrayExpression")
    return node.elements.map((each) => (each === null ? null : literal(path, each)));
  if (node.type === "BinaryExpression" && node.operator === "+")
    return `${literal(path, node.left)}${literal(path, node.right)}`;
  throw new Error(`${path}: an entry holds a ${node.type}; the catalogue is literals only`);
}

/**
 * @param {string} path
 * @param {import("oxc-parser").ObjectExpression} object
 * @returns {[key: string, value: import("oxc-parser").Expression][]}
 */
function entriesOf(path, object) {
  return object.properties.map((property) => {
    const key =
      property.type === "Property" && property.key.type === "Identifier" ? property.key.name : undefined;
    const name = key ?? (property.type === "Property" ? stringValue(property.key) : undefined);
    if (name === undefined || property.type !== "Property") {
      throw new Error(`${path}: the catalogue is written out in full, key by key`);
    }
    return [name, property.value];
  });
}

/**
 * @param {string} root
 * @returns {CatalogueEntry[]} in the order of the files
 */
export function readCatalogue(root) {
  const files = existsSync(join(root, codesPath))
    ? listFiles(root, (path) => path.startsWith(codesPath))
    : [];
  const catalogue = files.flatMap((path) => readCodes(root, path));
  if (catalogue.length === 0) throw new Error(`${codesPath} has no codes`);
  return catalogue;
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {CatalogueEntry[]}
 */
function readCodes(root, path) {
  /** @type {CatalogueEntry[]} */
  const codes = [];
  walk(parseSource(path, readText(root, path)), (node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier") return;
    /** @type {Node | null} */
    let value = node.init;
    while (value?.type === "TSAsExpression" || value?.type === "TSSatisfiesExpression")
      value = value.expression;
    if (value?.type !== "ObjectExpression") throw new Error(`${path}: ${node.id.name} is no object literal`);
    for (const [code, entry] of entriesOf(path, value)) {
      if (entry.type !== "ObjectExpression") throw new Error(`${path}: ${code} is no object literal`);
      const fields = Object.fromEntries(
        entriesOf(path, entry).map(([key, each]) => [key, literal(path, each)]),
      );
      const { kind, meaning, details, fault, retry } = fields;
      codes.push({
        code,
        kind: `${kind}`,
        meaning: `${meaning}`,
        details: Array.isArray(details) ? details.map(String) : [],
        fault: `${fault}`,
        retry: retry === true,
      });
    }
  });
  return codes;
}

/**
 * @param {string} root
 * @returns {Detail[]} in the order of the file
 */
export function readDetails(root) {
  const text = readText(root, detailsPath);
  /** @type {Detail[]} */
  const details = [];
  walk(parseSource(detailsPath, text), (node, parents) => {
    if (parents.at(-1)?.type !== "TSInterfaceBody") return;
    if (node.type !== "TSPropertySignature" || node.key.type !== "Identifier" || !node.typeAnnotation) return;
    const before = text.slice(0, node.start).trimEnd();
    const comment = before.endsWith("*/") ? before.slice(before.lastIndexOf("/**") + 3, -2) : "";
    const { start, end } = node.typeAnnotation.typeAnnotation;
    details.push({
      name: node.key.name,
      type: text.slice(start, end).replaceAll("readonly ", ""),
      meaning: comment.trim(),
    });
  });
  return details;
}

/**
 * @param {readonly CatalogueEntry[]} catalogue
 * @param {readonly Detail[]} details
 * @returns {string} the text of docs/errors.md
 */
export function errorDocs(catalogue, details) {
  /** @type {Map<string, CatalogueEntry[]>} */
  const kinds = new Map();
  for (const entry of [...catalogue].sort((a, b) => (a.code < b.code ? -1 : 1))) {
    kinds.set(entry.kind, [...(kinds.get(entry.kind) ?? []), entry]);
  }
  const sections = [...kinds].sort().map(([kind, entries]) =>
    table(
      kind,
      ["Code", "Meaning", "Details", "Who can mend it", "Worth a retry"],
      entries.map(({ code, meaning, details: names, fault, retry }) => [
        `\`${code}\``,
        meaning,
        names.map((name) => `\`${name}\``).join(", "),
        fault,
        retry ? "yes" : "no",
      ]),
    ),
  );
  const glossary = table(
    "Details",
    ["Name", "Type", "What it says"],
    details.map(({ name, type, meaning }) => [`\`${name}\``, `\`${type}\``, meaning]),
  );
  return `# Errors

Everything ModelVault throws is a \`ModelVaultError\` with one of these codes in \`error.code\`; a code keeps its
meaning for ever. \`error.details\` is plain data: [what its names say](#details). Any of them may be missing, in errors of other
people's drivers for instance. \`isModelVaultError(error, "row_exists")\` tells an error of that code, with its details typed.
This page is made from \`packages/core/src/errors\` by \`npm run error-docs\`.

${[...sections, glossary].join("\n\n")}
`;
}

/**
 * @param {string} title
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(title, head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [`## ${title}`, "", line(head), line(head.map(() => "---")), ...rows.map(line)]
    .join("\n")
    .replaceAll("|  |", "| |");
}
