/**
 * Cuts a program down while it keeps telling two vaults apart: parts of lists are taken out, keys of objects left off, values made
 * plainer, the steps of a transaction lifted out of it. Programs are JSON, so this knows next to nothing about them; what
 * makes no sense is refused by both sides alike and so tells nothing apart.
 */
import type { Program } from "./program.ts";

type Node = unknown;

/** Programs tried at most. Each costs some milliseconds. */
const triesMax = 4000;

/** The smallest program found for which `differs` still holds. */
export async function shrinkProgram(
  program: Program,
  differs: (candidate: Program) => Promise<boolean>,
): Promise<Program> {
  let smallest = program;
  let tries = 0;
  for (let progress = true; progress && tries < triesMax; ) {
    progress = false;
    let position = 0;
    for (;;) {
      const candidate = nth(variants(smallest), position);
      if (candidate === undefined || ++tries > triesMax) break;
      if (await differs(candidate as Program)) {
        smallest = candidate as Program;
        progress = true;
      } else position++;
    }
  }
  return smallest;
}

function nth(nodes: Iterable<Node>, position: number): Node {
  let at = 0;
  for (const node of nodes) if (at++ === position) return node;
  return undefined;
}

/** The node with one thing less, boldest first. */
function* variants(node: Node): Generator<Node> {
  if (Array.isArray(node)) yield* listVariants(node);
  else if (typeof node === "object" && node !== null) yield* objectVariants(node as Record<string, Node>);
  else yield* plainer(node);
}

function* listVariants(list: readonly Node[]): Generator<Node> {
  for (let size = list.length; size >= 1; size = Math.floor(size / 2))
    for (let from = 0; from < list.length; from += size)
      yield [...list.slice(0, from), ...list.slice(from + size)];
  for (const [at, member] of list.entries()) {
    const before = list.slice(0, at);
    const after = list.slice(at + 1);
    if (hasBody(member)) yield [...before, ...member.body, ...after];
    for (const variant of variants(member)) yield [...before, variant, ...after];
  }
}

function hasBody(node: Node): node is { readonly body: readonly Node[] } {
  return typeof node === "object" && node !== null && "body" in node && Array.isArray(node.body);
}

/** Keys that say what an object is. */
const kept: readonly string[] = ["do", "steps", "integers", "$o", "$s", "$b", "$i", "$n"];

function* objectVariants(object: Readonly<Record<string, Node>>): Generator<Node> {
  for (const key of Object.keys(object)) {
    if (kept.includes(key)) continue;
    const { [key]: _, ...rest } = object;
    yield rest;
  }
  // A connective gives way to one of its parts, a wrapped type or a spelt-out text to what is inside.
  for (const key of ["all", "any"]) if (Array.isArray(object[key])) yield* object[key] as readonly Node[];
  for (const key of ["predicate", "optional", "list"]) if (key in object) yield object[key];
  if ("$i" in object || "$n" in object) yield 1;
  if ("$s" in object) yield "a";
  if ("$b" in object && object.$b !== "" && object.$b !== "00") yield* [{ $b: "" }, { $b: "00" }];
  for (const [key, member] of Object.entries(object)) {
    if (["do", "op", "integers", "$i", "$n", "$b"].includes(key)) continue;
    for (const variant of variants(member)) yield { ...object, [key]: variant };
  }
}

function* plainer(value: Node): Generator<Node> {
  if (typeof value === "string" && value.length > 1) yield* ["", value.slice(0, value.length >> 1)];
  if (typeof value === "number" && value !== 0 && value !== 1) yield* [0, 1];
}
