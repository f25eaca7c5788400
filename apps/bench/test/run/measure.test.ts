import { expect, test } from "vitest";
import { measure, type Place, type Plan } from "../../src/run/measure.ts";
import type { Answers, Question } from "../../src/run/messages.ts";
import { scenariosNamed } from "../../src/scenarios/scenarios.ts";
import { betterSqlite } from "../../src/subjects/better-sqlite3.ts";
import { memory } from "../../src/subjects/modelvault.ts";
import type { SubjectKind } from "../../src/subjects/subject.ts";
import { zod } from "../../src/subjects/zod.ts";
import { TINY } from "../tiny.ts";

/** Places that note what they are asked, and answer what the test says. */
function recording(answer: (question: Question, subject: string) => number | Error) {
  const asked: string[] = [];
  const seat = (): Place => {
    let subject = "";
    return {
      async ask<K extends Question["ask"]>(question: Question & { ask: K }): Promise<Answers[K]> {
        const plain: Question = question;
        if (plain.ask === "start") subject = plain.job.subject;
        const scenario = "scenario" in plain ? ` ${plain.scenario}` : "";
        asked.push(`${subject} ${question.ask}${scenario}`);
        const value = answer(question, subject);
        if (value instanceof Error) throw value;
        const answers: Answers[Question["ask"]] = { operations: value, ms: 1_000 };
        return answers as Answers[K];
      },
      async close() {
        asked.push(`${subject} close`);
      },
    };
  };
  return { asked, seat };
}

function planOf(
  only: readonly string[],
  subjects: readonly SubjectKind[],
  seat: () => Place,
  rounds = 2,
): Plan {
  return {
    subjects,
    scenarios: only.flatMap(scenariosNamed),
    sizes: TINY,
    rounds,
    seat,
    progress: () => undefined,
  };
}

test("rounds of all subjects take turns, after every subject was checked", async () => {
  const { asked, seat } = recording(() => 1);
  await measure(planOf(["point-get"], [memory, betterSqlite], seat), () => undefined);
  expect(asked).toEqual([
    "memory start",
    "better-sqlite3 start",
    "memory check point-get",
    "memory round point-get",
    "better-sqlite3 check point-get",
    "better-sqlite3 round point-get",
    "memory round point-get",
    "better-sqlite3 round point-get",
    "memory round point-get",
    "better-sqlite3 round point-get",
    "memory close",
    "better-sqlite3 close",
  ]);
});

test("scenarios of a family share a process, those of another get a new one", async () => {
  const { asked, seat } = recording(() => 1);
  await measure(planOf(["point-get", "count", "update"], [memory], seat, 1), () => undefined);
  expect(asked.filter((each) => !each.includes("check"))).toEqual([
    "memory start",
    "memory round point-get",
    "memory round count",
    "memory close",
    "memory start",
    "memory round update",
    "memory close",
  ]);
});

test("a subject that answers wrongly gets no figures, and the others go on", async () => {
  const { seat } = recording(({ ask }, subject) =>
    ask === "check" && subject === "memory" ? new Error("row 7 is wrong") : 50,
  );
  const [ours, theirs] = await measure(planOf(["point-get"], [memory, betterSqlite], seat), () => undefined);
  expect(ours).toMatchObject({ failed: "row 7 is wrong" });
  expect(ours?.figures).toBeUndefined();
  expect(theirs?.figures?.value).toBe(50);
});

test("a subject that fails in a later round gets no figures", async () => {
  let rounds = 0;
  const { seat } = recording(({ ask }) => (ask === "round" && ++rounds === 3 ? new Error("died") : 1));
  const [outcome] = await measure(planOf(["point-get"], [memory], seat), () => undefined);
  expect(outcome).toMatchObject({ failed: "died" });
});

test("a subject that cannot start is out of all scenarios of the family", async () => {
  const { asked, seat } = recording(({ ask }) => (ask === "start" ? new Error("no disk") : 1));
  const outcomes = await measure(planOf(["point-get", "count"], [memory], seat), () => undefined);
  expect(outcomes.map(({ failed }) => failed)).toEqual(["no disk", "no disk"]);
  expect(asked).toEqual(["memory start", "memory close"]);
});

test("a subject without a part in a scenario is not started for it, and the reason is kept", async () => {
  const { asked, seat } = recording(() => 1);
  const [outcome] = await measure(planOf(["point-get"], [zod], seat), () => undefined);
  expect(outcome).toMatchObject({ excluded: "has no database" });
  expect(asked).toEqual([]);
});
