/**
 * The steps that take one collection from the schema it has to the one it is to have. What differs is found by core's `classify`, after the
 * declared renames; here findings become steps, and what options say about fields goes into them.
 */
import { classify, type Finding, type Schema } from "@modelvault/core";
import { clauseOf, constraintText, EXACT_NUMBERS, joinReasons } from "./constraint-text.ts";
import { fieldNamesOf } from "./field-keys.ts";
import { renameFields } from "./field-renames.ts";
import { regroupFields } from "./regroup-fields.ts";
import type { RowDecisions } from "./row-decisions.ts";
import { fieldAt, startsWith } from "./schema-tree.ts";
import { qualified, type Step } from "./step.ts";
import { bare, typeText } from "./type-text.ts";
import { orDidYouMean, type Unused } from "./unused.ts";
import { leavesOpen, mayConcern, needsWithout, renameInNeed, type VariantNeed } from "./variant-needs.ts";

export interface Difference {
  /** Name of the collection after the plan. */
  readonly collection: string;
  readonly before: Schema;
  readonly after: Schema;
  readonly renamedFields: ReadonlyMap<string, string>;
  readonly decisions: RowDecisions;
  /** What variants of unions require beside the schemas. */
  readonly needs: { readonly before: readonly VariantNeed[]; readonly after: readonly VariantNeed[] };
}

export interface Differences {
  /** In the order in which they take effect; none when the schemas are the same. */
  readonly steps: Step[];
  /** Renames that were declared and cannot be made. */
  readonly unused: readonly Unused[];
}

export function diffCollection(difference: Difference): Differences {
  const { collection, before, after, renamedFields, decisions, needs } = difference;
  const { schema: regrouped, grouped, ungrouped } = regroupFields(before, after);
  const { renames, schema, sourceless } = renameFields(regrouped, after, renamedFields);
  const steps = new CollectionSteps(collection, schema, after, decisions, needs.after);
  for (const path of grouped) steps.add({ kind: "groupFields", collection, safety: "data", path });
  for (const path of ungrouped) steps.add({ kind: "ungroupFields", collection, safety: "data", path });
  for (const { from, to } of renames)
    steps.add({ kind: "renameField", collection, safety: "data", from, path: to });
  for (const finding of classify(schema, after)) steps.addFinding(finding);
  const known = needs.before.map((need) =>
    renames.reduce((renamed, { from, to }) => renameInNeed(renamed, from, to), need),
  );
  steps.addNeeds(known);
  const unused = sourceless.map(
    ({ from, to }): Unused => ({
      option: "renamedFields",
      name: qualified(collection, to),
      reason: `${JSON.stringify(collection)} has no ${JSON.stringify(from)} in this vault${orDidYouMean(from, fieldNamesOf(before))}`,
    }),
  );
  return { steps: steps.finish(), unused };
}

class CollectionSteps {
  readonly #collection: string;
  readonly #before: Schema;
  readonly #after: Schema;
  readonly #decisions: RowDecisions;
  readonly #needs: readonly VariantNeed[];
  readonly #steps: Step[] = [];
  readonly #restated: string[] = [];

  constructor(
    collection: string,
    before: Schema,
    after: Schema,
    decisions: RowDecisions,
    needs: readonly VariantNeed[],
  ) {
    this.#needs = needs;
    this.#collection = collection;
    this.#before = before;
    this.#after = after;
    this.#decisions = decisions;
  }

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Steps by what they do to rows: those that rename, then those that fill and convert, then the rest. A schema that is only written another way is one step. */
  finish(): Step[] {
    const steps = mergeConstraints(this.#steps)
      .filter((step) => step.kind !== "loosenConstraint" || !this.#converts(step.path))
      .filter(
        (step) =>
          step.kind !== "tightenConstraint" ||
          step.reason !== EXACT_NUMBERS ||
          !this.#converts(step.path, "data"),
      );
    const restated = [...new Set(this.#restated)];
    if (steps.length === 0 && restated.length > 0)
      steps.push({
        kind: "restateSchema",
        collection: this.#collection,
        safety: "safe",
        reason: restated.join("; "),
      });
    return steps;
  }

  /** Whether the type of a field changes: bounds of the old type that go with it, and those that the new one has anyway, are no news. `safety`: of the change. */
  #converts(path: readonly string[], safety?: Step["safety"]): boolean {
    return this.#steps.some(
      (step) =>
        step.kind === "convertType" &&
        startsWith(step.path, path) &&
        startsWith(path, step.path) &&
        (safety === undefined || step.safety === safety),
    );
  }

  addFinding(finding: Finding): void {
    const step = this.#stepOf(finding);
    if (step !== undefined) this.add(step);
  }

  /** What variants require now and did not, or the other way round, of fields that both schemas have and the engine lets be absent. */
  addNeeds(before: readonly VariantNeed[]): void {
    const collection = this.#collection;
    const told = (need: VariantNeed): boolean =>
      leavesOpen(this.#before, need) && leavesOpen(this.#after, need);
    for (const need of needsWithout(this.#needs, before)) {
      if (!told(need) || !mayConcern(this.#before, need)) continue;
      const fill = this.#decisions.variantFillOf(need);
      this.add({ kind: "makeVariantRequired", collection, safety: "data", ...need, fill });
    }
    for (const need of needsWithout(before, this.#needs)) {
      if (told(need) && mayConcern(this.#after, need))
        this.add({ kind: "makeVariantOptional", collection, safety: "safe", ...need });
    }
  }

  #stepOf(finding: Finding): Step | undefined {
    const { change, path } = finding;
    const base = { collection: this.#collection, path };
    const reason = constraintText(clauseOf(finding.reason), fieldAt(this.#after, path)?.type);
    switch (change) {
      case "field_added":
        return this.#optionalField(path);
      case "required_field_added":
        return {
          kind: "addField",
          ...base,
          safety: "data",
          type: this.#typeAt(path),
          fill: this.#decisions.fillOf(path),
        };
      case "field_removed":
        return this.#droppedField(path);
      case "made_optional":
        return { kind: "makeOptional", ...base, safety: "safe" };
      case "made_required":
        return { kind: "makeRequired", ...base, safety: "data", fill: this.#decisions.fillOf(path) };
      case "type_widened":
      case "type_converted":
      case "type_changed":
        return this.#conversion(finding);
      case "constraint_tightened":
      case "enum_shrunk":
        return {
          kind: "tightenConstraint",
          ...base,
          safety: "data",
          reason,
          // A function that converts the type has done its work once.
          by: this.#decisions.converts(path) && !this.#converts(path) ? "function" : "check",
        };
      case "constraint_loosened":
      case "enum_grown":
        return { kind: "loosenConstraint", ...base, safety: "safe", reason };
      case "default_changed":
        return { kind: "changeDefault", ...base, safety: "safe" };
      case "primary_key_changed":
      case "primary_key_type_changed":
        return { kind: "changePrimaryKey", collection: this.#collection, safety: "loss", reason };
      case "index_added":
      case "unique_index_added":
      case "index_changed":
      case "index_dropped":
        return this.#index(finding);
      case "index_rekeyed":
        return undefined;
      default:
        this.#restated.push(reason);
        return undefined;
    }
  }

  #optionalField(path: readonly string[]): Step {
    const base = { collection: this.#collection, path, type: this.#typeAt(path) };
    const fill = this.#decisions.optionalFillOf(path, this.#before, this.#needs);
    return fill === undefined
      ? { kind: "addOptionalField", ...base, safety: "safe" }
      : { kind: "addField", ...base, safety: "data", fill };
  }

  #droppedField(path: readonly string[]): Step {
    const type = fieldAt(this.#before, path)?.type;
    const hollow = type !== undefined && isHollow(type);
    const allowed = hollow || this.#decisions.allowsFieldDrop(path);
    return {
      kind: "dropField",
      collection: this.#collection,
      path,
      safety: hollow ? "data" : "loss",
      allowed,
    };
  }

  #conversion({ change, path }: Finding): Step {
    const from = fieldAt(this.#before, path)?.type;
    const given = this.#decisions.converts(path);
    return {
      kind: "convertType",
      collection: this.#collection,
      path,
      safety: change === "type_widened" && !given ? "safe" : "data",
      from: from === undefined ? "" : typeText(bare(from)),
      to: typeText(bare(fieldAt(this.#after, path)?.type ?? { kind: "json" })),
      by: given ? "function" : change === "type_changed" ? "nothing" : "rule",
    };
  }

  #index({ change, path, index = "" }: Finding): Step | undefined {
    const old = this.#before.indexes.find(({ name }) => name === index);
    const now = this.#after.indexes.find(({ name }) => name === index);
    const base = { collection: this.#collection, path, index };
    if (change === "index_dropped") {
      // The same index under a new name is told of when that one comes.
      if (
        old === undefined ||
        this.#renamedIndex(old, this.#after.indexes, this.#before.indexes) !== undefined
      )
        return undefined;
      const gone = this.#steps.some(
        (step) => step.kind === "dropField" && step.allowed && startsWith(path, step.path),
      );
      const allowed = gone || this.#decisions.allowsIndexDrop(index);
      return { kind: "dropIndex", ...base, safety: "safe", unique: old.unique, allowed };
    }
    const unique = now?.unique ?? false;
    const safety = unique ? "data" : "safe";
    if (change === "index_changed") return { kind: "changeIndex", ...base, safety, unique };
    const from = now && this.#renamedIndex(now, this.#before.indexes, this.#after.indexes);
    return from === undefined
      ? { kind: "addIndex", ...base, safety, unique }
      : { kind: "renameIndex", ...base, safety: "safe", from };
  }

  /** Name of the index on the other side that is this one but for its name, and has no counterpart of its own. */
  #renamedIndex(
    { path, unique }: Schema["indexes"][number],
    others: Schema["indexes"],
    own: Schema["indexes"],
  ): string | undefined {
    return others.find(
      (other) =>
        other.unique === unique &&
        startsWith(other.path, path) &&
        startsWith(path, other.path) &&
        !own.some(({ name }) => name === other.name),
    )?.name;
  }

  #typeAt(path: readonly string[]): string {
    const type = fieldAt(this.#after, path)?.type;
    return type === undefined ? "" : typeText(type);
  }
}

/** An object without fields, which is what moving the last one out of it leaves. */
function isHollow(type: Schema["fields"][number]["type"]): boolean {
  const inner = bare(type);
  return inner.kind === "object" && inner.fields.every((field) => isHollow(field.type));
}

/** Several findings on the constraints of one field are one step. */
function mergeConstraints(steps: readonly Step[]): Step[] {
  const merged: Step[] = [];
  for (const step of steps) {
    const at = merged.findIndex(
      (other) =>
        other.kind === step.kind &&
        "path" in other &&
        "path" in step &&
        other.path.join("\0") === step.path.join("\0"),
    );
    const known = merged[at];
    if (
      known !== undefined &&
      (known.kind === "tightenConstraint" || known.kind === "loosenConstraint") &&
      "reason" in step
    ) {
      merged[at] = { ...known, reason: joinReasons(known.reason, step.reason) };
    } else merged.push(step);
  }
  return merged;
}
