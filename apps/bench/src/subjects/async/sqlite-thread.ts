/**
 * The worker thread that holds better-sqlite3: takes the calls of a message in their order. Single commits that stand side by side in one message share a
 * transaction, and so one sync, as anyone would write it who looks at the figures once; each statement stays atomic in itself.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Connection, connect } from "../better-sqlite3.ts";
import { SQL } from "../sql.ts";
import type { SqliteAnswer, SqliteBatch, SqliteCall } from "./sqlite-calls.ts";

const connection: Connection = connect(workerData as string);
const get = connection.prepare(SQL.get).raw();
const insert = connection.prepare(SQL.insert);
const remove = connection.prepare(SQL.delete);
const countNamed = connection
  .prepare("SELECT count(*) FROM cities WHERE population BETWEEN ? AND ? AND substr(name, 1, length(?)) = ?")
  .pluck();
const chunk = connection.prepare("SELECT * FROM cities WHERE id > ? ORDER BY id LIMIT ?").raw();
const inTransaction = connection.transaction((work: () => void) => work());

function run(call: SqliteCall): SqliteAnswer {
  try {
    return { value: answer(call) };
  } catch (error) {
    return { error: String(error) };
  }
}

function answer(call: SqliteCall): Extract<SqliteAnswer, { value: unknown }>["value"] {
  switch (call.op) {
    case "get":
      return get.get(call.id) as never;
    case "commit":
      store(call.row);
      return undefined;
    case "insert":
      inTransaction(() => call.rows.forEach(store));
      return undefined;
    case "delete":
      inTransaction(() => {
        for (const id of call.ids) remove.run(id);
      });
      return undefined;
    case "countNamed":
      return countNamed.get(call.low, call.high, call.prefix, call.prefix) as number;
    case "chunk":
      return chunk.all(call.after, call.limit) as never;
    case "close":
      connection.close();
      return undefined;
  }
}

function store({ id, name, country, featureCode, adminCode, muni, population, location }: SqliteRow): void {
  insert.run(id, name, country, featureCode, adminCode, muni, population, location.lat, location.lon);
}
type SqliteRow = Extract<SqliteCall, { op: "commit" }>["row"];

parentPort?.on("message", ({ first, calls }: SqliteBatch) => {
  const answers: SqliteAnswer[] = [];
  for (let at = 0; at < calls.length; ) {
    let end = at;
    while (calls[end]?.op === "commit") end++;
    const group = calls.slice(at, Math.max(end, at + 1));
    if (end > at) inTransaction(() => answers.push(...group.map(run)));
    else answers.push(...group.map(run));
    at += group.length;
  }
  parentPort?.postMessage({ first, answers });
});
