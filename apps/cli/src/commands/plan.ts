/** `plan`: what applying would do. Reads schemas only, beside a running writer. */
import { writeFileSync } from "node:fs";
import { plan } from "@modelvault/models";
import { type Command, flag, messageOf, text } from "../command.ts";
import { CommandError, EXIT } from "../exit-codes.ts";
import { DROP_OPTIONS, loadModels, MODEL_OPTIONS } from "../models-module.ts";
import { planWords } from "../own-words.ts";
import { withNewVault } from "../place.ts";

export const planCommand: Command = {
  usage: "<vault> --models <module>",
  help: "Show what has to change for the vault to be as the models say",
  positionals: [1, 1],
  options: {
    ...MODEL_OPTIONS,
    ...DROP_OPTIONS,
    out: { type: "string", value: "file", help: "write the plan there, for apply --plan" },
    force: { type: "boolean", help: "let --out replace a file that is there" },
    markdown: { type: "boolean", help: "print it for a pull request" },
    json: { type: "boolean", help: "print it as JSON" },
    "exit-code": { type: "boolean", help: "exit with 2 when there is something to apply" },
  },
  async run(args, output) {
    const { models, options } = await loadModels(args);
    const changes = withNewVault(args, "look", output, (db) => plan(db, models, options));
    const out = text(args, "out");
    if (out !== undefined) {
      writePlan(out, `${JSON.stringify(changes, undefined, 2)}\n`, flag(args, "force"));
      output.note(`The plan is written to ${out}.`);
    }
    if (flag(args, "json")) output.print(JSON.stringify(changes));
    else output.print(planWords(flag(args, "markdown") ? changes.toMarkdown() : String(changes)));
    return !changes.isEmpty && flag(args, "exit-code") ? EXIT.pending : EXIT.ok;
  },
};

function writePlan(file: string, json: string, replace: boolean): void {
  try {
    writeFileSync(file, json, { flag: replace ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new CommandError(EXIT.cantCreate, `"${file}" exists already; --force replaces it`);
    throw new CommandError(EXIT.cantCreate, `the plan cannot be written to "${file}": ${messageOf(error)}`);
  }
}
