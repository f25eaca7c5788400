/** `check`: the dry run on the rows. Writes nothing. */
import { choosePlan, PLAN_OPTION, VALIDATE_OPTION, validateRows } from "../chosen-plan.ts";
import { type Command, count, flag } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { DROP_OPTIONS, MODEL_OPTIONS } from "../models-module.ts";
import { planWords } from "../own-words.ts";
import { withVault } from "../place.ts";

export const checkCommand: Command = {
  usage: "<vault> --models <module>",
  help: "Try a plan on the stored rows, and list those that would not survive it or that their model refuses",
  positionals: [1, 1],
  options: {
    ...MODEL_OPTIONS,
    ...DROP_OPTIONS,
    ...PLAN_OPTION,
    limit: { type: "string", value: "10", help: "how many rows to name for each step and model" },
    ...VALIDATE_OPTION,
    json: { type: "boolean", help: "print the report as JSON" },
  },
  async run(args, output) {
    const makePlan = await choosePlan(args);
    const limit = count(args, "limit");
    const report = withVault(args, "look", (db) =>
      makePlan(db).check(db, { ...validateRows(args), ...(limit === undefined ? {} : { limit }) }),
    );
    output.print(flag(args, "json") ? JSON.stringify(report) : planWords(String(report)));
    return report.ok ? EXIT.ok : EXIT.found;
  },
};
