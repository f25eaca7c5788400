/** The program that runs in the process of a subject: it answers the questions of its parent, one after another. */
import { runOnce } from "../scenarios/once.ts";
import { subjectKind } from "../subjects/subjects.ts";
import { Host } from "./host.ts";
import type { Answer, Answers, Question } from "./messages.ts";
import { Seat } from "./seat.ts";

let host: Host | undefined;

async function answer(question: Question): Promise<Answers[Question["ask"]]> {
  switch (question.ask) {
    case "probe":
      return subjectKind(question.subject).versions();
    case "once":
      return runOnce(question.job);
    case "start":
      host = new Host(subjectKind(question.job.subject), question.job, runElsewhere);
      await host.start();
      return null;
    case "check":
      await started().check(question.scenario);
      return null;
    case "round":
      return started().round(question.scenario);
    case "stop":
      await host?.stop();
      return null;
  }
}

function started(): Host {
  if (host === undefined) throw new Error("This process was given no job yet.");
  return host;
}

async function runElsewhere(job: Parameters<typeof runOnce>[0]): Promise<number> {
  // Memory is measured after collections.
  const seat = new Seat(process.execPath, ["--expose-gc"]);
  try {
    return await seat.ask({ ask: "once", job });
  } finally {
    await seat.close();
  }
}

process.on("message", (question: Question) => {
  answer(question).then(
    (value) => reply({ value }),
    (error: unknown) =>
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

function reply(message: Answer): void {
  process.send?.(message);
}
