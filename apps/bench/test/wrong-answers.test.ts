/** A subject that is fast because it is wrong must not get a figure: each lie below is one that a bug could tell. */
import { memoryStore } from "@modelvault/core";
import { expect, test } from "vitest";
import type { City } from "../src/data/cities.ts";
import { Host } from "../src/run/host.ts";
import { runOnce } from "../src/scenarios/once.ts";
import { ModelVaultSubject, memory } from "../src/subjects/modelvault.ts";
import type { Change, Page, SubjectKind } from "../src/subjects/subject.ts";
import { TINY, tinyCities } from "./tiny.ts";

class LosesNested extends ModelVaultSubject {
  override get(id: number): City | undefined {
    const row = super.get(id);
    return row && { ...row, location: { ...row.location, lon: 0 } };
  }
}
class MissesLast extends ModelVaultSubject {
  override equal(population: number): City[] {
    return super.equal(population).slice(0, -1);
  }
}
class RangesByKey extends ModelVaultSubject {
  override range(low: number, high: number, limit: number): City[] {
    return super.range(low, high, limit).sort((a, b) => a.id - b.id);
  }
}
class ScansUnordered extends ModelVaultSubject {
  override scan(visit: (row: City) => void): void {
    const rows: City[] = [];
    super.scan((row) => rows.push(row));
    for (const row of rows.reverse()) visit(row);
  }
}
class MiscountsOne extends ModelVaultSubject {
  override count(country: string): number {
    return super.count(country) + (country === "US" ? 1 : 0);
  }
}
class RepeatsPages extends ModelVaultSubject {
  override page(size: number): Page {
    return super.page(size);
  }
}
class ForgetsUpdates extends ModelVaultSubject {
  override update(changes: readonly Change[]): void {
    super.update(changes.slice(1));
  }
}
class KeepsDeleted extends ModelVaultSubject {
  override delete(ids: readonly number[]): void {
    super.delete(ids.slice(1));
  }
}
class DropsRows extends ModelVaultSubject {
  override insert(rows: Iterable<City>): void {
    super.insert([...rows].slice(1));
  }
}

const lies = [
  { scenario: "point-get", Lying: LosesNested },
  { scenario: "index-equality", Lying: MissesLast },
  { scenario: "index-range", Lying: RangesByKey },
  { scenario: "ordered-scan", Lying: ScansUnordered },
  { scenario: "count", Lying: MiscountsOne },
  { scenario: "cursor-page-1", Lying: RepeatsPages },
  { scenario: "cursor-page-1000", Lying: RepeatsPages },
  { scenario: "update", Lying: ForgetsUpdates },
  { scenario: "delete", Lying: KeepsDeleted },
  { scenario: "batched-insert", Lying: DropsRows },
  { scenario: "durable-commit-10k", Lying: DropsRows },
];

test.each(lies)("$scenario refuses a subject that $Lying.name", async ({ scenario, Lying }) => {
  const kind: SubjectKind = { ...memory, open: () => new Lying(memoryStore()) };
  const host = new Host(kind, { subject: "memory", scenarios: [scenario], sizes: TINY }, runOnce, tinyCities);
  try {
    await host.start();
    await expect(host.check(scenario)).rejects.toMatchObject({ name: "WrongAnswer" });
  } finally {
    await host.stop();
  }
});

test("a validator that accepts everything is refused", async () => {
  const kind: SubjectKind = { ...memory, validator: () => () => true };
  const job = { subject: "memory", scenarios: ["validate"], sizes: TINY };
  const host = new Host(kind, job, runOnce, tinyCities);
  await host.start();
  await expect(host.check("validate")).rejects.toMatchObject({ name: "WrongAnswer" });
  await host.stop();
});
