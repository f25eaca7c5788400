// Every error code is known everywhere it must be: what the sources throw is in the catalogue, what the catalogue
// lists is thrown somewhere, docs/errors.md says it, and a test names it as a string literal.
//
// "Thrown" is the first argument of `new SomeError(...)` and of `super(...)` in a class that extends one, in the
// sources of any package. Errors of the language have no code. A code that is not a literal, or a choice between
// literals, cannot be checked and is a finding, save in the errors room itself, which rebuilds errors from data.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { cataloguePath, errorDocs, errorDocsPath, readCatalogue } from "./catalogue.mjs";
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
    for (const { code, line } of codesThrownIn(path, readText(root, path))) {
      if (code === undefined) {
        if (dirname(path) !== dirname(cataloguePath))
          findings.push(`${path}:${line} throws a code that is no literal`);
      } else if (codes.has(code)) thrown.add(code);
      else findings.push(`${path}:${line} throws "${code}", which is not in the catalogue`);
    }
  }

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
  const docs = existsSync(join(root, errorDocsPath)) ? readText(root, errorDocsPath) : "";
  if (docs !== errorDocs(catalogue))
    findings.push(`${errorDocsPath} is stale; run node tools/error-docs.mjs`);
  return findings;
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ code: string | undefined, line: number }[]} undefined where the code is no literal
 */
export function codesThrownIn(path, text) {
  /** @type {{ code: string | undefined, line: number }[]} */
  const found = [];
  /** @param {Node | undefined} argument */
  const add = (argument) => {
    for (const branch of branchesOf(argument)) {
      found.push({ code: stringValue(branch), line: lineAt(text, branch.start) });
    }
  };
  walk(parseSource(path, text), (node, parents) => {
    if (node.type === "NewExpression" && isCodedError(node.callee)) add(node.arguments[0]);
    if (node.type === "CallExpression" && node.callee.type === "Super") {
      const owner = parents.findLast(
        (parent) => parent.type === "ClassDeclaration" || parent.type === "ClassExpression",
      );
      if (owner && "superClass" in owner && isCodedError(owner.superClass)) add(node.arguments[0]);
    }
  });
  return found;
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
