// What must not be committed: a test that is skipped, focused, postponed or retried; a note to do something later;
// a path of somebody's machine or the address of a registry.
//
// Skips are found in the syntax tree, starting from the names that a test file imports from vitest and from the
// contexts that its tests receive, so that `query.skip(1)` is no skip.
import { lineAt, parseSource, stringValue, walk } from "./syntax.mjs";
import { isTypeScript, listFiles, readText } from "./tree.mjs";

/** @typedef {import("oxc-parser").Node} Node */

const isCode = (/** @type {string} */ path) => isTypeScript(path) || path.endsWith(".mjs");
const isText = (/** @type {string} */ path) =>
  !/\.(modelvault|bin|png|gz|tgz|lock|mdb)$/.test(path) && path !== "pnpm-lock.yaml";

const forbiddenWords = ["skip", "only", "todo", "fails", "skipIf", "runIf", "retry"];
const forbiddenNames = new Set(["xit", "fit", "xtest", "ftest", "xdescribe", "fdescribe"]);
const globalNames = ["test", "it", "describe", "suite", "bench"];

/** Put together from halves, so that this file does not find itself. */
const postponed = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\\b`);
const machinePath = /(?<![\w.~-])(\/(home|Users)\/[a-z][\w-]*\/|\/(root|work|tmp)\/[\w.-]|[A-Z]:\\Users\\)/;
const registryHost = new RegExp(
  `\\b(${["registry[.]npm" + "js[.]org", "registry[.]yarn" + "pkg[.]com"].join("|")})\\b`,
);

/**
 * @param {string} root
 * @returns {string[]} findings
 */
export function checkHygiene(root) {
  /** @type {string[]} */
  const findings = [];
  for (const path of listFiles(root, isText)) {
    const text = readText(root, path);
    text.split("\n").forEach((line, index) => {
      const where = `${path}:${index + 1}`;
      if (isCode(path) && postponed.test(line)) findings.push(`${where} postpones something: ${line.trim()}`);
      if (machinePath.test(line)) findings.push(`${where} names a path of one machine: ${line.trim()}`);
      if (registryHost.test(line)) findings.push(`${where} names a registry: ${line.trim()}`);
    });
    if (isCode(path) && /(^|\/)test\//.test(path)) {
      for (const { what, line } of skipsIn(path, text)) findings.push(`${path}:${line} has ${what}`);
    }
  }
  return findings;
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ what: string, line: number }[]}
 */
export function skipsIn(path, text) {
  const program = parseSource(path, text);
  const names = testNames(program);
  /** @type {{ what: string, line: number }[]} */
  const found = [];
  /** @param {Node} node @param {string} what */
  const add = (node, what) => found.push({ what, line: lineAt(text, node.start) });
  walk(program, (node) => {
    if (node.type === "MemberExpression" && names.has(rootName(node))) {
      const word =
        node.property.type === "Identifier" ? node.property.name : (stringValue(node.property) ?? "");
      if (forbiddenWords.includes(word)) add(node, `.${word}`);
    }
    if (node.type !== "CallExpression") return;
    if (node.callee.type === "Identifier" && forbiddenNames.has(node.callee.name))
      add(node, node.callee.name);
    if (!names.has(rootName(node.callee))) return;
    for (const argument of node.arguments) {
      if (argument.type === "ObjectExpression") {
        for (const word of wordsOf(argument.properties)) add(argument, `the option ${word}`);
      } else if (argument.type === "ArrowFunctionExpression" || argument.type === "FunctionExpression") {
        const [context] = argument.params;
        if (context?.type === "ObjectPattern") {
          for (const word of wordsOf(context.properties)) add(context, `the context's ${word}`);
        }
      }
    }
  });
  return found;
}

/**
 * @param {import("oxc-parser").Program} program
 * @returns {Set<string>} what a test is declared with in this file, under the names it has here
 */
function testNames(program) {
  const names = new Set(globalNames);
  walk(program, (node) => {
    if (node.type === "ImportDeclaration" && node.source.value === "vitest") {
      for (const each of node.specifiers) {
        const imported =
          each.type === "ImportSpecifier" && each.imported.type === "Identifier" ? each.imported.name : "";
        if (imported === "" || globalNames.includes(imported)) names.add(each.local.name);
      }
    }
  });
  // The context a test receives can skip it too: `test("…", (context) => context.skip())`. (That of `each` is a case.)
  walk(program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type === "CallExpression") return;
    if (!names.has(rootName(node.callee))) return;
    for (const argument of node.arguments) {
      if (argument.type !== "ArrowFunctionExpression" && argument.type !== "FunctionExpression") continue;
      const [context] = argument.params;
      if (context?.type === "Identifier") names.add(context.name);
    }
  });
  return names;
}

/**
 * @param {Node} node
 * @returns {string} `test` for `test.each([1]).concurrent`
 */
function rootName(node) {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return rootName(node.object);
  if (node.type === "CallExpression") return rootName(node.callee);
  if (node.type === "TaggedTemplateExpression") return rootName(node.tag);
  return "";
}

/**
 * @param {readonly Node[]} properties
 * @returns {string[]} the forbidden ones among their names
 */
function wordsOf(properties) {
  return properties.flatMap((property) => {
    if (property.type !== "Property" || property.key.type !== "Identifier") return [];
    return forbiddenWords.includes(property.key.name) ? [property.key.name] : [];
  });
}
