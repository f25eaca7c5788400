/** `inspect`: what a vault holds. `verify`: whether it is whole. */
import { type Database, descriptorsToJson } from "@modelvault/core";
import { type Command, counted, flag } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { withVault } from "../place.ts";
import { table } from "../table.ts";

export const inspectCommand: Command = {
  usage: "<vault> [<collection>]",
  help: "Show collections, schemas, counts and sizes",
  positionals: [1, 2],
  options: { json: { type: "boolean", help: "print it as JSON" } },
  run(args, output) {
    const [, collection] = args.positionals;
    return withVault(args, "look", (db) => {
      const lines =
        collection === undefined
          ? overview(db, flag(args, "json"))
          : detail(db, collection, flag(args, "json"));
      for (const line of lines) output.print(line);
      return EXIT.ok;
    });
  },
};

function overview(db: Database, json: boolean): string[] {
  const stats = db.stats();
  if (json) return [descriptorsToJson({ ...stats, traits: undefined })];
  const rows = stats.collections.map(({ name, version, rows, indexes }) => [
    name,
    String(version),
    String(rows),
    indexes.map((index) => `${index.name} (${index.entries}${index.unique ? ", unique" : ""})`).join(", "),
  ]);
  const figures = Object.entries(stats.store).map(([name, value]) => `${name}: ${value}`);
  return [
    `${stats.driver}, revision ${stats.revision}${figures.length === 0 ? "" : `, ${figures.join(", ")}`}`,
    ...table(["collection", "version", "rows", "indexes"], rows, [1, 2]),
  ];
}

function detail(db: Database, name: string, json: boolean): string[] {
  const schema = db.schema(name);
  if (json) return [descriptorsToJson({ ...schema, rows: db.collection(name).count() })];
  const fields = schema.fields.map(({ path, type, constraints = [], ...rest }) => [
    typeof path === "string" ? path : path.join("."),
    typeof type === "string" ? type : descriptorsToJson(type),
    [
      ...constraints.map((constraint) => descriptorsToJson(constraint)),
      ...Object.entries(rest).map(([key, value]) => `${key} ${descriptorsToJson(value)}`),
    ].join(" "),
  ]);
  const indexes = schema.indexes.map(({ name: index = "", path, kind }) => [
    index,
    typeof path === "string" ? path : path.join("."),
    kind === "unique" ? "unique" : "",
  ]);
  return [
    `${schema.name}: version ${schema.version}, primary key ${schema.primaryKey}, ${counted(db.collection(name).count(), "row")}`,
    ...table(["field", "type", "constraints"], fields),
    ...(indexes.length === 0 ? [] : table(["index", "on", ""], indexes)),
  ];
}

export const verifyCommand: Command = {
  usage: "<vault>",
  help: "Check every row, index entry and count",
  positionals: [1, 1],
  options: { json: { type: "boolean", help: "print the report as JSON" } },
  run(args, output) {
    const report = withVault(args, "look", (db) => db.verify());
    if (flag(args, "json")) {
      output.print(
        JSON.stringify(report, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
      );
    } else {
      for (const problem of report.problems) output.print(`${problem.rule}: ${problem.message}`);
      if (report.ok) output.print("The vault is whole.");
    }
    return report.ok ? EXIT.ok : EXIT.found;
  },
};
