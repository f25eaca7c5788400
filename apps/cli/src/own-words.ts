/**
 * What the engine and plans advise to programs, for somebody at a terminal: there are options of the command line for arguments, and commands for functions.
 * Only advice is put in other words; the codes of errors, and what is printed as JSON, stay as they are.
 */
import type { ErrorCode, ModelVaultError } from "@modelvault/core";

type Words = readonly [pattern: RegExp, say: (...found: string[]) => string];

const DROP_OPTIONS: Readonly<Record<string, string>> = {
  collections: "--drop-collection",
  fields: "--drop-field",
  indexes: "--drop-index",
};

const OF_PLANS: readonly Words[] = [
  [
    /pass allowDrop: \{ (collections|fields|indexes): \[("(?:[^"\\]|\\.)*")\] \}/g,
    (_all, what = "", name = '""') => `give ${DROP_OPTIONS[what]} ${shellWord(JSON.parse(name) as string)}`,
  ],
  [
    /this needs (fill|convert): (\{ "(?:[^"\\]|\\.)*": .*? \})/g,
    (_all, option, entries) => `the module of models needs planOptions with ${option}: ${entries}`,
  ],
  [/unless it is told validateRows: false/g, () => "unless --no-validate-rows is given"],
];

const OF_ERRORS: Readonly<Partial<Record<ErrorCode, readonly Words[]>>> = {
  plan_blocked: OF_PLANS,
  migration_row_invalid: [[/pass validateRows: false/, () => "give --no-validate-rows"]],
  plan_incomplete: [
    [/pass models: .*\.$/, () => "give --models, the module that exports this collection's model."],
    [/pass (.*)\.$/, (_all, given) => `give --models, a module whose planOptions have ${given}.`],
  ],
  row_exists: [[/use put to replace it/, () => "--replace replaces it"]],
  unique_violation: [[/plan\.check\(db\) lists/, () => "modelvault check lists"]],
  log_damaged: [[/salvage\(path, destination\)/, () => "modelvault salvage <vault> <destination>"]],
};

/** A plan or the report of a check, as text. */
export function planWords(text: string): string {
  return replaced(text, OF_PLANS);
}

/** `row_exists: "books" has a row with the key "1" already; --replace replaces it.` */
export function errorWords({ code, message }: ModelVaultError): string {
  return `${code}: ${replaced(message, OF_ERRORS[code] ?? [])}`;
}

function replaced(text: string, words: readonly Words[]): string {
  return words.reduce((said, [pattern, say]) => said.replace(pattern, say), text);
}

/** A name as a word of a command line. */
function shellWord(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
