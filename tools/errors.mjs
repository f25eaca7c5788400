// Every error code is known everywhere it must be: what the sources throw is in the catalogue, what the catalogue
// lists is thrown somewhere, docs/errors.md says it with its details, and a test names it as a string literal.
//
// A code is written as a literal where it comes from: as the first argument of `new SomeError(...)`, or of `super(...)`
// in a class that extends one; there it must be in the catalogue (errors of the language have no code). A code may
// also be handed to a function that builds the error, as any argument, or be the default of a parameter; then the
// compiler holds it to the type ErrorCode, and it counts as thrown. A cast to that type would get around both, and is
// refused outside the errors room, which rebuilds errors from data. What the store contract says under @throws may be
// thrown by drivers that are not here.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { detailsPath, errorDocs, errorDocsPath, readCatalogue, readDetails } from "./catalogue.mjs";
import { lineAt, parseSource, stringValue, walk } from "./syntax.mjs";
import { isTypeScript, listFiles, readText } from "./tree.mjs";

/** @typedef {import("oxc-parser").Node} Node */

const errorsOfTheLanguage = new Set([
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "EvalError",
  "URIError",
  "ReferenceError",
  "AggregateError",
]);

/**
 * @param {string} root
 * @returns {string[]} findings
 */
export function checkErrors(root) {
  /** @type {string[]} */
  const findings = [];
  const catalogue = readCatalogue(root);
  const codes = new Set(catalogue.map(({ code }) => code));
  const thrown = new Set();
  for (const path of listFiles(root, (each) => isTypeScript(each) && /^packages\/[^/]+\/src\//.test(each))) {
    const text = readText(root, path);
    const found = codesIn(path, text);
    for (const { code, line } of found.thrown) {
      if (!codes.has(code)) findings.push(`${path}:${line} throws "${code}", which is not in the catalogue`);
    }
    for (const { code } of [...found.thrown, ...found.handed]) thrown.add(code);
    if (dirname(path) === dirname(detailsPath)) continue;
    for (const line of found.casts) findings.push(`${path}:${line} casts to ErrorCode`);
  }

  for (const code of promisedCodes(root)) thrown.add(code);

  const provoked = new Set();
  for (const path of listFiles(root, (each) => isTypeScript(each) && /^packages\/[^/]+\/test\//.test(each))) {
    walk(parseSource(path, readText(root, path)), (node) => {
      const text = stringValue(node);
      if (text !== undefined) provoked.add(text);
    });
  }

  for (const code of codes) {
    if (!thrown.has(code)) findings.push(`"${code}" is in the catalogue, but nothing throws it`);
    if (!provoked.has(code)) findings.push(`"${code}" is in the catalogue, but no test names it`);
  }
  const named = new Set(["position", ...catalogue.flatMap((entry) => entry.details)]); // position: whatever refuses a row of a list
  const details = readDetails(root);
  for (const { name, meaning } of details) {
    if (!named.has(name)) findings.push(`the detail "${name}" is of no code`);
    if (meaning === "") findings.push(`the detail "${name}" does not say what it is`);
  }
  const docs = existsSync(join(root, errorDocsPath)) ? readText(root, errorDocsPath) : "";
  if (docs !== errorDocs(catalogue, details))
    findings.push(`${errorDocsPath} is stale; run npm run error-docs`);
  return findings;
}

const contractPath = "packages/core/src/store/store.ts";

/**
 * @param {string} root
 * @returns {string[]} the words that the store contract lists under @throws
 */
function promisedCodes(root) {
  if (!existsSync(join(root, contractPath))) return [];
  const lines = readText(root, contractPath).matchAll(/@throws ([^@\n]*)/g);
  return [...lines].flatMap(([, list]) => list?.match(/[a-z_]+/g) ?? []);
}

/** @typedef {{ code: string, line: number }} Place */

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ thrown: Place[], handed: Place[], casts: number[] }} codes given to an error, strings handed to anything
 *   else that could build one, and the lines of casts
 */
export function codesIn(path, text) {
  /** @type {Place[]} */
  const thrown = [];
  /** @type {Place[]} */
  const handed = [];
  /** @type {number[]} */
  const casts = [];
  /** @param {Place[]} list @param {readonly (Node | undefined)[]} nodes */
  const add = (list, nodes) => {
    for (const node of nodes.flatMap(branchesOf)) {
      const code = stringValue(node);
      if (code !== undefined) list.push({ code, line: lineAt(text, node.start) });
    }
  };
  walk(parseSource(path, text), (node, parents) => {
    if (node.type === "NewExpression" && isCodedError(node.callee)) add(thrown, [node.arguments[0]]);
    else if (node.type === "CallExpression" && node.callee.type === "Super") {
      const owner = parents.findLast(
        (parent) => parent.type === "ClassDeclaration" || parent.type === "ClassExpression",
      );
      if (owner && "superClass" in owner && isCodedError(owner.superClass)) add(thrown, [node.arguments[0]]);
    } else if (node.type === "NewExpression") add(handed, node.arguments);
    else if (node.type === "CallExpression" && !asksForCode(node.callee)) add(handed, node.arguments);
    else if (node.type === "AssignmentPattern") add(handed, [node.right]);
    else if (node.type === "TSAsExpression" && namesErrorCode(node.typeAnnotation))
      casts.push(lineAt(text, node.start));
  });
  return { thrown, handed, casts };
}

/** @param {Node} type */
function namesErrorCode(type) {
  return (
    type.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" &&
    type.typeName.name === "ErrorCode"
  );
}

/** @param {Node} callee of a call that names a code only to compare with it */
function asksForCode(callee) {
  return callee.type === "Identifier" && callee.name === "isModelVaultError";
}

/** @param {Node | null | undefined} node */
function isCodedError(node) {
  return node?.type === "Identifier" && node.name.endsWith("Error") && !errorsOfTheLanguage.has(node.name);
}

/**
 * @param {Node | undefined} node
 * @returns {Node[]} both arms of `a ? b : c`, else the node itself
 */
function branchesOf(node) {
  if (!node) return [];
  if (node.type === "ConditionalExpression")
    return [...branchesOf(node.consequent), ...branchesOf(node.alternate)];
  return [node];
}
