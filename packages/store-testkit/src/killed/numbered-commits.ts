/**
 * Proof by killing: a process commits numbered rows and tells each commit when it is durable, until it is killed; whoever killed it opens the
 * vault and looks whether the last commit told of is there, whole. The kit starts no process: the program that is killed calls
 * {@link writeNumberedCommits}, the test {@link lastTold} with its output, then {@link lostCommits}.
 */
import { Database, ModelVaultError, type StoreDriver } from "@modelvault/core";

const NAME = "numbered";
/** Rows of each commit, all with its number, so that a torn one shows. */
const ROWS = 8;

export interface NumberedCommits {
  /** Told the number of each commit that has returned; writes it down where a kill cannot take it back, such as by `writeSync(1, …)`. */
  told(commit: number): void;
  /** Commits to make; without end by default. */
  readonly commits?: number;
  /** Texts of the rows are of about every length up to so many characters; 200 by default. */
  readonly textMax?: number;
  /** Done after every commit: maintenance, say. */
  beside?(db: Database, commit: number): void;
  /** Told what a commit threw; whether to try again. By default it is thrown on. */
  refused?(error: unknown): boolean;
}

/**
 * Commits numbered rows to a vault, going on from what it holds.
 *
 * @example
 * writeNumberedCommits(fileStore(path), { told: (commit) => writeSync(1, `${commit}\n`) });
 */
export function writeNumberedCommits(driver: StoreDriver, options: NumberedCommits): void {
  const { told, commits = Number.POSITIVE_INFINITY, textMax = 200, beside, refused } = options;
  const db = Database.open(driver);
  try {
    db.register({
      name: NAME,
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "n", type: "int64" },
        { path: "text", type: "string" },
      ],
      indexes: [{ path: "n" }],
    });
    const rows = db.collection(NAME);
    let done = Number(rows.get(0)?.n ?? 0);
    for (const last = done + commits; done < last; ) {
      const n = done + 1;
      try {
        db.transaction(() => {
          for (let id = 0; id < ROWS; id++) rows.put({ id, n, text: textOf(n, id, textMax) });
        });
      } catch (error) {
        if (refused === undefined) throw error;
        if (!refused(error)) return;
        continue;
      }
      told(n);
      done = n;
      beside?.(db, n);
    }
  } finally {
    db.close();
  }
}

/** What a vault lacks of commits that were told; undefined when nothing. The one commit behind the last told one may stand, whole. */
export function lostCommits(db: Database, told: number): string | undefined {
  const [problem] = db.verify().problems;
  if (problem !== undefined) return `verify: ${problem.message}`;
  const rows = db.hasCollection(NAME) ? db.collection(NAME).all() : [];
  if (rows.length === 0) return told === 0 ? undefined : `no rows, where commit ${told} was told`;
  const [n, ...others] = new Set(rows.map((row) => Number(row.n)));
  if (n === undefined || others.length > 0 || rows.length !== ROWS)
    return `${rows.length} rows of the commits ${[n, ...others].join(", ")}`;
  if (n !== told && n !== told + 1) return `commit ${n}, where commit ${told} was told`;
  const strange = rows.find(({ text }) => !String(text).startsWith(`${n} `));
  return strange === undefined ? undefined : `row ${strange.id} of commit ${n} with the text of another`;
}

/**
 * Reads the numbers that a program tells, ends the program when there are so many, and gives the last.
 * @param output its standard output, line by line a number
 * @param kill ends it at once, with nothing cleaned up
 * @throws argument_invalid when the program ends by itself
 */
export async function lastTold(
  output: AsyncIterable<string | Uint8Array>,
  commits: number,
  kill: () => void,
): Promise<number> {
  let text = "";
  let killed = false;
  for await (const piece of output) {
    text += typeof piece === "string" ? piece : String.fromCharCode(...piece);
    if (killed || text.split("\n").length <= commits) continue;
    killed = true;
    kill();
  }
  // The last line may be cut.
  const lines = text.split("\n").slice(0, -1);
  if (!killed)
    throw new ModelVaultError(
      "argument_invalid",
      `The program ended by itself, before it had told ${commits} commits. It wrote: ${text}`,
      { argument: "output", actual: text },
    );
  return Number(lines.at(-1));
}

/** Of another length in every row and commit, and naming its commit. */
function textOf(commit: number, id: number, textMax: number): string {
  return `${commit} ${"x".repeat((commit * 37 + id * 1_009) % textMax)}`;
}
