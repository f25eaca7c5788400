import { once } from "node:events";
import { request } from "node:http";
import { AsyncDatabase, asyncCollection } from "@modelvault/async";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApp } from "../src/app.ts";
import { AsyncCities } from "../src/cities.ts";
import { CityModel } from "../src/city.ts";
import { sampleCities } from "../src/data/cities.ts";
import { jsonLines } from "../src/ndjson.ts";
import { atlantis, Client, lines, newPlace, serve, someCities } from "./service.ts";

const place = newPlace("lmdb");
let client: Client;
let close: () => Promise<void>;

beforeAll(async () => {
  const service = await serve(place);
  ({ client } = service);
  close = () => service.app.close();
});
afterAll(async () => {
  await close();
  place.remove();
});

/** Lines that end in an error of the client's, as when its connection breaks. */
function broken(text: string): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new Error("the line went dead"));
      else controller.enqueue(Buffer.from(text));
      sent = true;
    },
  });
}

async function emptied(): Promise<void> {
  await expect.poll(() => client.count(), { timeout: 60_000 }).toBe(0);
}

describe("an import of the whole", () => {
  test("that breaks off half-way leaves nothing, and other writers go on", async () => {
    await expect(client.import(broken(lines(someCities.slice(0, 1_500))))).rejects.toThrow();
    const created = await client.ask("POST", "/cities", atlantis);
    expect(created.status).toBe(201);
    await client.ask("DELETE", `/cities/${atlantis.id}`);
    await emptied();
  });

  test("names the row that is no city, and stores none", async () => {
    const rows: object[] = someCities.slice(0, 700);
    rows[600] = { ...atlantis, population: -5 };
    const { status, body } = await client.import(lines(rows));
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "row_refused",
      row: 601,
      stored: 0,
      issues: [{ path: ["population"] }],
    });
    await emptied();
  });

  test("names the row whose id is taken, and stores none", async () => {
    const { status, body } = await client.import(
      lines([...someCities.slice(0, 900), someCities[3] as object]),
    );
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: "row_exists", row: 901, stored: 0 });
    await emptied();
  });

  test("names the line that is no JSON", async () => {
    const { status, body } = await client.import(`${lines(someCities.slice(0, 2))}\n{"id":\n`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "line_invalid", row: 3, stored: 0 });
    await emptied();
  });

  test("of nothing stores nothing", async () => {
    expect((await client.import("\n\n")).body).toEqual({ stored: 0 });
  });

  test("shows nobody any of its rows before it has ended", async () => {
    const { port } = new URL(client.url);
    const sending = request({
      port,
      method: "POST",
      path: "/cities/import",
      headers: { "content-type": "application/x-ndjson" },
    });
    const answered = once(sending, "response");
    sending.write(lines(someCities.slice(0, 1_000)));
    expect(await client.count()).toBe(0);
    sending.end(lines(someCities.slice(1_000, 1_100)));
    const [response] = await answered;
    response.resume();
    expect(await client.count()).toBe(1_100);
    const gone = someCities.slice(0, 1_100).map(({ id }) => client.ask("DELETE", `/cities/${id}`));
    await Promise.all(gone);
  });
});

describe("an import in chunks", () => {
  test("that breaks off leaves whole thousands, and can be known by their number", async () => {
    const { port } = new URL(client.url);
    const headers = { "content-type": "application/x-ndjson" };
    const sending = request({ port, method: "POST", path: "/cities/import?mode=chunks", headers });
    sending.on("error", () => undefined);
    sending.write(lines(someCities.slice(0, 2_500)));
    await expect.poll(() => client.count(), { timeout: 60_000 }).toBe(2_000);
    sending.destroy();
    await new Promise((resolve) => sending.once("close", resolve));
    expect(await client.count()).toBe(2_000);
  });

  test("says how many rows are stored when one is refused", async () => {
    const rows: object[] = sampleCities.slice(3_000, 4_500);
    rows[1_200] = { ...atlantis, name: "" };
    const { status, body } = await client.import(lines(rows), "chunks");
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "row_refused", row: 1_201, stored: 1_000 });
    expect(await client.count()).toBe(3_000);
  });
});

test("a sender is held back by a slow store", async () => {
  // The store takes its time with the first chunk; meanwhile nothing more is read than streams hold.
  await using db = await AsyncDatabase.openInMemory();
  let taken = 0;
  let asked = (): void => undefined;
  let goOn = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const wait = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  class SlowCities extends AsyncCities {
    override async add(cities: readonly object[]): Promise<number> {
      taken += cities.length;
      asked();
      await wait;
      return cities.length;
    }
  }
  const app = await buildApp({
    cities: new SlowCities(db, await asyncCollection(db, CityModel)),
    store: "slow",
  });
  const slowClient = new Client(await app.listen({ port: 0, host: "127.0.0.1" }));
  let sent = 0;
  const chunk = Buffer.from(lines(someCities));
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent === 40) return controller.close();
        sent++;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const importing = slowClient.import(body, "chunks");
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBe(1_000);
  const held = sent;
  expect(held).toBeLessThan(20);
  goOn();
  expect((await importing).body).toEqual({ stored: 120_000 });
  await app.close();
});

test("lines may be cut anywhere, inside a character too", async () => {
  const text = Buffer.from('{"a":"é"}\n\n{"a":"🏛"}\n[1]');
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.subarray(at * size, (at + 1) * size),
    );
    const found: unknown[] = [];
    for await (const value of jsonLines(
      (async function* () {
        yield* pieces;
      })(),
    ))
      found.push(value);
    expect(found).toEqual([{ a: "é" }, { a: "🏛" }, [1]]);
  }
});

test("a line without end is refused before it fills the memory", async () => {
  const endless = (async function* () {
    for (;;) yield Buffer.alloc(8_192, 0x61);
  })();
  await expect(jsonLines(endless).next()).rejects.toMatchObject({
    document: { code: "line_invalid", row: 1 },
  });
});
