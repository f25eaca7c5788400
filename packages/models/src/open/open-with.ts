/**
 * Opening a vault with the models of a program, and what becomes of it where the two differ: a program that starts either has the collections
 * it was written for, or an error that says what is missing.
 */
import {
  Database,
  type DatabaseOptions,
  isModelVaultError,
  ModelVaultError,
  refuseUnknownOptions,
  type StoreDriver,
} from "@modelvault/core";
import { type ApplyOptions, apply } from "../apply/apply.ts";
import { argumentInvalid } from "../define/arguments.ts";
import type { Model } from "../define/model.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import type { Plan } from "../plan/plan.ts";
import { plan } from "../plan/plan-models.ts";
import type { PlanOptions } from "../plan/plan-options.ts";

/**
 * What to do when the vault is not as the models say:
 *
 *   error        change nothing
 *   apply-safe   apply plans that change no stored row (new collections, optional fields, indexes, looser constraints); else as `error`
 *   apply        apply any plan, as long as nothing is dropped that was not named
 */
export type OnDiff = "error" | "apply-safe" | "apply";

/** What plans take (`allowDrop`, `fill`, `convert`, `rewrite`) stands directly among these, as what applying takes does. */
export interface OpenOptions
  extends PlanOptions,
    Pick<ApplyOptions, "program" | "onProgress" | "now" | "validateRows"> {
  /** Default: `"error"`. */
  readonly onDiff?: OnDiff;
  /** For opening the database, where a driver is given. */
  readonly database?: DatabaseOptions;
}

const OPTION_NAMES: readonly string[] = [
  "onDiff",
  "allowDrop",
  "fill",
  "convert",
  "rewrite",
  "validateRows",
  "program",
  "onProgress",
  "now",
  "database",
];

const POLICIES: readonly OnDiff[] = ["error", "apply-safe", "apply"];

/** How often another program may change the vault between our plan and its use. */
const ATTEMPTS_MAX = 5;

/**
 * Opens a vault, and sees to it that it has the collections of these models. Given a database that is open already, it does the second only.
 * A database that was opened here is closed again when this throws.
 *
 * @throws models_differ with the steps that would be needed, plan_blocked, and what opening and applying throw
 * @example
 * using db = openWith(fileStore("shop.modelvault"), [Book, Author], { onDiff: "apply-safe", program: "shop 1.4.0" });
 */
export function openWith(
  place: StoreDriver | Database,
  models: readonly Model[],
  options: OpenOptions = {},
): Database {
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
  refuseUnknownOptions(options, OPTION_NAMES);
  const { onDiff = "error", database, program, onProgress, now, validateRows, ...planOptions } = options;
  if (!POLICIES.includes(onDiff))
    throw argumentInvalid("options.onDiff", POLICIES.map((each) => `"${each}"`).join(", "), onDiff);
  const applyOptions = {
    ...(program === undefined ? {} : { program }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(now === undefined ? {} : { now }),
    ...(validateRows === undefined ? {} : { validateRows }),
  };
  const settle = (db: Database): void => bringAbout(db, models, onDiff, planOptions, applyOptions);
  if (isDatabase(place)) {
    refuseAsync("place", place, "asyncOpenWith");
    settle(place);
    return place;
  }
  const db = Database.open(place, database);
  try {
    settle(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Not by its class: a program may have two copies of core. */
function isDatabase(place: StoreDriver | Database): place is Database {
  return typeof (place as Partial<Database> | null | undefined)?.collectionNames === "function";
}

/** Plans and applies; once more where another program came in between. */
function bringAbout(
  db: Database,
  models: readonly Model[],
  onDiff: OnDiff,
  planOptions: PlanOptions,
  applyOptions: ApplyOptions,
): void {
  for (let attempt = 1; ; attempt++) {
    const changes = plan(db, models, planOptions);
    if (changes.isEmpty) return;
    if (onDiff === "error" || (onDiff === "apply-safe" && changes.safety !== "safe"))
      throw differ(changes, onDiff);
    try {
      apply(db, changes, applyOptions);
      return;
    } catch (error) {
      if (!isModelVaultError(error, "plan_stale") || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

function differ(changes: Plan, onDiff: OnDiff): ModelVaultError {
  return new ModelVaultError(
    "models_differ",
    `The vault is not as the models say (onDiff is "${onDiff}"${adviceFor(changes, onDiff)}). ${String(changes)}`,
    {
      onDiff,
      safety: changes.safety,
      plan: changes.toJSON(),
    },
  );
}

/** What is to be done about a plan that a policy does not apply: only what would go through is advised. */
function adviceFor(changes: Plan, onDiff: OnDiff): string {
  if (changes.blockers.length > 0)
    return ", and this plan is blocked: give or name first what stands below its steps";
  if (changes.safety === "loss")
    return ", and this plan drops stored values: look at it, then apply it with plan and apply";
  if (onDiff === "apply-safe")
    return ', and this plan touches stored rows: look at it, then open with onDiff: "apply"';
  return changes.safety === "safe"
    ? ': apply the plan first, or open with onDiff: "apply-safe" or "apply"'
    : ', and this plan touches stored rows: look at it, then apply it, or open with onDiff: "apply"';
}
