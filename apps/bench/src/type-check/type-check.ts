/**
 * What models cost the type checker: `tsc --extendedDiagnostics` on a made-up program of many models, beside the same program without any,
 * which shows what the packages' own declarations cost.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../run/folder.ts";
import { LIBRARIES, type Library, type ProjectSize, projectFiles } from "./project.ts";

export interface TypeCheckCost {
  readonly library: Library;
  readonly models: number;
  readonly instantiations: number;
  readonly seconds: number;
}

const FULL_SIZE: ProjectSize = { models: 50, fields: 20 };
const QUICK_SIZE: ProjectSize = { models: 3, fields: 20 };

/** Checks each program; a line of text per library goes to `print`. */
export async function measureTypeChecks(
  quick: boolean,
  print: (line: string) => void,
): Promise<readonly TypeCheckCost[]> {
  const size = quick ? QUICK_SIZE : FULL_SIZE;
  const costs: TypeCheckCost[] = [];
  print(`\ntype-check: tsc on ${size.models} models of ${size.fields} fields, each with the usual calls`);
  for (const library of LIBRARIES) {
    const [without, withModels] = [
      await typeCheck(library, { ...size, models: 0 }),
      await typeCheck(library, size),
    ];
    costs.push(without, withModels);
    const each = Math.round((withModels.instantiations - without.instantiations) / size.models);
    print(
      `  ${library.padEnd(6)} ${thousands(withModels.instantiations)} instantiations, ${withModels.seconds.toFixed(2)} s` +
        ` (without models ${thousands(without.instantiations)}, ${without.seconds.toFixed(2)} s; ${thousands(each)} a model)`,
    );
  }
  return costs;
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

/** @throws Error when the program has type errors, or the packages are not built */
export async function typeCheck(library: Library, size: ProjectSize): Promise<TypeCheckCost> {
  const folder = await temporaryFolder();
  try {
    writeProject(folder.path, library, size);
    const tsc = createRequire(import.meta.url)
      .resolve("typescript/package.json")
      .replace(/package\.json$/, "bin/tsc");
    const { status, stdout } = spawnSync(
      process.execPath,
      [tsc, "-p", folder.path, "--extendedDiagnostics"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`The program for the type checker has errors:\n${stdout}`);
    return {
      library,
      models: size.models,
      instantiations: Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1]),
      seconds: Number(/^Total time:\s+([\d.]+)s/m.exec(stdout)?.[1]),
    };
  } finally {
    await folder.remove();
  }
}

function writeProject(folder: string, library: Library, size: ProjectSize): void {
  const packages = fileURLToPath(new URL("../../../../packages/", import.meta.url));
  const declarations = join(packages, "models/dist/index.d.ts");
  if (!existsSync(declarations)) throw new Error("The packages are not built: npm run build");
  const paths = {
    "@modelvault/models": [declarations],
    "@modelvault/core": [join(packages, "core/dist/index.d.ts")],
    zod: [join(packages, "models/node_modules/zod/index.d.ts")],
  };
  const compilerOptions = {
    target: "ES2022",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ["ES2023", "ESNext.Disposable"],
    paths,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  for (const [name, text] of projectFiles(library, size)) writeFileSync(join(folder, name), text);
}
