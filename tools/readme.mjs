// Every `ts` block of every README and page of docs/ compiles, strictly, and runs, against the built packages, as a
// user's program would. Each block is a module of its own. When a `text` block follows with nothing in between, that is
// what the program prints. Packages that a block imports must be in the root's package.json (for packages of ours, also built).
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listFiles, readText } from "./tree.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {{ path: string, line: number, code: string, prints: string | undefined }} Block */

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ blocks: Block[], findings: string[] }}
 */
export function blocksOf(path, text) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {string[]} */
  const findings = [];
  const lines = text.split("\n");
  /** The `ts` block that a `text` block may still belong to. @type {Block | undefined} */
  let open;
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^( *)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(lines[at] ?? "");
    if (!fence) {
      if (lines[at]?.trim()) open = undefined;
      continue;
    }
    const [, indent = "", ticks = "", language = "", rest = ""] = fence;
    const line = at + 1;
    /** @type {string[]} */
    const body = [];
    for (at += 1; at < lines.length && lines[at]?.trim() !== ticks; at += 1) {
      const each = lines[at] ?? "";
      body.push(each.startsWith(indent) ? each.slice(indent.length) : each.trimStart());
    }
    if (at >= lines.length) findings.push(`${path}:${line} opens a block that never ends`);
    const code = body.join("\n");
    if (language === "text" && open) open.prints = code;
    open = undefined;
    if (language === "ts" && rest === "") {
      open = { path, line, code, prints: undefined };
      blocks.push(open);
    } else if (/^(ts|tsx|typescript|js|jsx|mjs|javascript)$/.test(language)) {
      findings.push(
        `${path}:${line} is a "${`${language} ${rest}`.trim()}" block; only plain "ts" blocks are checked, so use that`,
      );
    }
  }
  return { blocks, findings };
}

/**
 * @param {string} tree the folder whose pages are checked; the packages and the compiler are this workspace's
 * @returns {Promise<string[]>} findings
 */
export async function checkReadmes(tree) {
  const pages = listFiles(
    tree,
    (path) => path.endsWith(".md") && !path.startsWith(".changeset/") && !path.endsWith("CHANGELOG.md"),
  );
  const read = pages.map((path) => blocksOf(path, readText(tree, path)));
  const findings = read.flatMap((page) => page.findings);
  const blocks = read.flatMap((page) => page.blocks);
  if (blocks.length === 0) return findings;

  const work = mkdtempSync(join(tmpdir(), "modelvault-readme-"));
  try {
    writeProject(work, blocks);
    findings.push(...(await compile(work, blocks)));
    const waiting = blocks.map((block, index) => ({ block, index }));
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        findings.push(...(await runBlock(work, next.block, next.index)));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return findings;
}

/** @param {string} work @param {readonly Block[]} blocks */
function writeProject(work, blocks) {
  symlinkSync(join(root, "node_modules"), join(work, "node_modules"), "junction");
  writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }));
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable"],
    types: ["node"],
    module: "NodeNext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    moduleDetection: "force",
    skipLibCheck: true,
    rootDir: "src",
    outDir: "out",
  };
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  mkdirSync(join(work, "src"));
  blocks.forEach((block, index) => {
    writeFileSync(join(work, "src", `block${index}.ts`), `${block.code}\n`);
  });
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<{ failed: boolean, stdout: string, stderr: string }>}
 */
function execute(file, args, cwd) {
  return new Promise((done) => {
    execFile(
      file,
      args,
      { cwd, timeout: 120_000, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } },
      (error, stdout, stderr) => {
        done({ failed: error !== null, stdout, stderr: stderr || (error?.message ?? "") });
      },
    );
  });
}

/**
 * @param {string} work
 * @param {readonly Block[]} blocks
 * @returns {Promise<string[]>}
 */
async function compile(work, blocks) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { failed, stdout, stderr } = await execute(
    process.execPath,
    [tsc, "-p", ".", "--pretty", "false"],
    work,
  );
  if (!failed) return [];
  /** @type {string[]} */
  const findings = [];
  for (const line of stdout.split("\n")) {
    const message = /^src[/\\]block(\d+)\.ts\((\d+),\d+\): error (.*)$/.exec(line);
    const block = blocks[Number(message?.[1])];
    if (block)
      findings.push(`${block.path}:${block.line + Number(message?.[2])} does not compile: ${message?.[3]}`);
  }
  return findings.length > 0 ? findings : [`the blocks do not compile: ${stdout}${stderr}`];
}

/**
 * @param {string} work
 * @param {Block} block
 * @param {number} index
 * @returns {Promise<string[]>}
 */
async function runBlock(work, block, index) {
  const folder = join(work, `run${index}`);
  mkdirSync(folder);
  const program = join(work, "out", `block${index}.js`);
  const { failed, stdout, stderr } = await execute(
    process.execPath,
    ["--enable-source-maps", program],
    folder,
  );
  const where = `${block.path}:${block.line}`;
  if (failed) return [`${where} fails when run: ${stderr.trim()}`];
  if (block.prints === undefined || tidy(block.prints) === tidy(stdout)) return [];
  return [`${where} prints\n${tidy(stdout)}\n  where the page says\n${tidy(block.prints)}`];
}

/** @param {string} text */
function tidy(text) {
  return text.replace(/[ \t\r]+$/gm, "").trim();
}
