// Reads a source as a syntax tree (oxc: TypeScript 7 offers no compiler API) and finds what the checks look for:
// the modules that a file names, with the line, types and dynamic imports included.
import { parseSync, visitorKeys } from "oxc-parser";

/** @typedef {import("oxc-parser").Node} Node */

/**
 * @param {string} path names the language by its ending
 * @param {string} text
 * @returns {import("oxc-parser").Program}
 */
export function parseSource(path, text) {
  const { program, errors } = parseSync(path, text);
  const [first] = errors;
  if (first) throw new Error(`${path} cannot be parsed: ${first.message}`);
  return program;
}

/**
 * Calls `visit` with every node, parents first.
 * @param {Node} node
 * @param {(node: Node, parents: readonly Node[]) => void} visit
 * @param {Node[]} [parents]
 */
export function walk(node, visit, parents = []) {
  visit(node, parents);
  parents.push(node);
  for (const key of visitorKeys[node.type] ?? []) {
    const child = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (node))[key];
    for (const each of Array.isArray(child) ? child : [child]) if (each) walk(each, visit, parents);
  }
  parents.pop();
}

/**
 * @param {string} text
 * @param {number} offset
 * @returns {number} counted from 1
 */
export function lineAt(text, offset) {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/**
 * @param {Node | null | undefined} node
 * @returns {string | undefined} its text, when it is a string literal or a template without holes
 */
export function stringValue(node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** @typedef {{ specifier: string, line: number }} Import */

/**
 * Every module a file names. One that is not a literal has the specifier "" (nobody can check it).
 * @param {string} path
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(path, text) {
  /** @type {Import[]} */
  const imports = [];
  /** @param {Node | null | undefined} source */
  const add = (source) => {
    if (source) imports.push({ specifier: stringValue(source) ?? "", line: lineAt(text, source.start) });
  };
  walk(parseSource(path, text), (node) => {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
      case "ImportExpression":
      case "TSImportType":
        add(node.source);
        break;
      case "TSExternalModuleReference":
        add(node.expression);
        break;
      case "CallExpression":
        if (node.callee.type === "Identifier" && node.callee.name === "require") add(node.arguments[0]);
        break;
      default:
    }
  });
  return imports;
}
