import { describe, expect, test } from "vitest";
import { blocksOf, checkReadmes } from "../readme.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

const fence = "```";

/** @param {string} language @param {string} body */
const block = (language, body) => `${fence}${language}\n${body}\n${fence}\n`;

/** @param {string} text */
const blocks = (text) => blocksOf("README.md", text);

describe("blocksOf", () => {
  test("pairs a ts block with the text block right below it", () => {
    const text = `# A\n\n${block("ts", "one();")}\n${block("text", "1")}\n${block("ts", "two();")}\nProse.\n\n${block("text", "2")}`;
    expect(blocks(text)).toEqual({
      blocks: [
        { path: "README.md", line: 3, code: "one();", prints: "1" },
        { path: "README.md", line: 11, code: "two();", prints: undefined },
      ],
      findings: [],
    });
  });

  test("takes the indent of a list item away, and leaves shell blocks alone", () => {
    const text = `- a\n  ${fence}ts\n  if (a) {\n    b();\n  }\n  ${fence}\n${block("sh", "npm test")}`;
    expect(blocks(text).blocks.map(({ code }) => code)).toEqual(["if (a) {\n  b();\n}"]);
  });

  test.each(["js", "typescript", "tsx", "ts ignore"])(
    "refuses a block marked %s, which would go unchecked",
    (mark) => {
      expect(blocks(block(mark, "1")).findings).toEqual([
        `README.md:1 is a "${mark}" block; only plain "ts" blocks are checked, so use that`,
      ]);
    },
  );

  test("refuses a block without an end", () => {
    expect(blocks(`${fence}ts\n1`).findings).toEqual(["README.md:1 opens a block that never ends"]);
  });
});

describe("checkReadmes", () => {
  test("finds what does not compile, what throws and what prints otherwise, and nothing else", async () => {
    const root = temporaryTree({
      "README.md": block("ts", `console.log("right");`) + block("text", "right"),
      "packages/a/README.md": `${block("ts", "export {};")}\n${block("ts", "const n: number = [1][0];\nconsole.log(n);")}`,
      "docs/throws.md": block("ts", `throw new Error("on purpose");`),
      "docs/prints.md": block("ts", `console.log("this");`) + block("text", "that"),
      "docs/prose.md": "No blocks.",
    });
    const found = (await checkReadmes(root)).sort();
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/^docs\/prints\.md:1 prints\nthis\n {2}where the page says\nthat$/);
    expect(found[1]).toMatch(/^docs\/throws\.md:1 fails when run: [\s\S]*on purpose/);
    expect(found[2]).toMatch(/^packages\/a\/README\.md:6 does not compile: TS2322: /);
  });

  test("finds nothing where there is no block", async () => {
    expect(await checkReadmes(temporaryTree({ "README.md": "# A" }))).toEqual([]);
  });
});
