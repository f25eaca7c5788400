import { once } from "node:events";
import { request } from "node:http";
import { defineModel, openWith } from "@modelvault/models";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { driverFor } from "../src/vault.ts";
import { atlantis, lines, newPlace, type Place, Program, someCities } from "./service.ts";

const places: Place[] = [];
const programs: Program[] = [];

function start(store: "lmdb" | "file", environment?: Readonly<Record<string, string>>, at?: Place) {
  const place = at ?? newPlace(store);
  if (at === undefined) places.push(place);
  const program = new Program(place, environment);
  programs.push(program);
  return { place, program };
}

afterEach(async () => {
  for (const { process } of programs.splice(0))
    if (process.exitCode === null && process.signalCode === null) process.kill("SIGKILL");
  for (const place of places.splice(0)) place.remove();
});

/** An import whose end is in our hands. */
function importing(url: string) {
  const sending = request({
    port: new URL(url).port,
    method: "POST",
    path: "/cities/import",
    headers: { "content-type": "application/x-ndjson" },
  });
  const answered = once(sending, "response").then(async ([response]) => {
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, body: JSON.parse(text) };
  });
  answered.catch(() => undefined);
  return { sending, answered };
}

describe.each(["lmdb", "file"] as const)("the program over %s", (store) => {
  test("a restart, after a clean stop or a kill, keeps what was answered", async () => {
    const { place, program } = start(store);
    const client = await program.client();
    expect((await client.import(lines(someCities.slice(0, 500)))).body).toEqual({ stored: 500 });
    program.process.kill("SIGTERM");
    expect(await program.exit()).toBe(0);
    expect(program.output).toContain("closed");

    const second = start(store, {}, place).program;
    const again = await second.client();
    expect(await again.count()).toBe(500);
    expect((await again.ask("POST", "/cities", atlantis)).status).toBe(201);
    second.process.kill("SIGKILL");
    expect(await second.exit()).toBe("SIGKILL");

    const third = start(store, {}, place).program;
    const last = await third.client();
    expect((await last.get(`/cities/${atlantis.id}`)).body).toEqual(atlantis);
    expect(await last.count()).toBe(501);
    third.process.kill("SIGTERM");
    expect(await third.exit()).toBe(0);
  });
});

test("a stop lets a request end that has begun, and takes no new ones", async () => {
  // Longer than the test takes, however busy the machine is.
  const { program } = start("lmdb", { DRAIN_MS: "600000" });
  const client = await program.client();
  const { sending, answered } = importing(client.url);
  sending.write(lines(someCities.slice(0, 600)));
  // A write that comes behind the import waits for it, as long as that is open.
  const created = client.ask("POST", "/cities", atlantis);
  expect(await client.count()).toBe(0);
  program.process.kill("SIGTERM");
  await program.says(/draining/);
  await expect
    .poll(() =>
      client.get("/health").then(
        ({ status }) => status,
        () => "refused",
      ),
    )
    .not.toBe(200);
  sending.end(lines(someCities.slice(600, 700)));
  expect(await answered).toEqual({ status: 200, body: { stored: 700 } });
  expect((await created).status).toBe(201);
  expect(await program.exit()).toBe(0);
});

test("a stop does not wait for ever for a client that sends nothing", async () => {
  const { program } = start("lmdb", { DRAIN_MS: "100" });
  const client = await program.client();
  const { sending, answered } = importing(client.url);
  sending.on("error", () => undefined);
  sending.write(lines(someCities.slice(0, 600)));
  expect(await client.count()).toBe(0);
  program.process.kill("SIGTERM");
  expect(await answered.catch(() => "cut off")).toSatisfy(
    (answer) => answer === "cut off" || (answer as { status: number }).status === 503,
  );
  expect(await program.exit()).toBe(0);
});

test("a vault of a later model stops the start with the steps that are missing", async () => {
  const place = newPlace("lmdb");
  places.push(place);
  const Later = defineModel("cities", z.object({ id: z.int(), name: z.string() }), { primaryKey: "id" });
  openWith(driverFor("lmdb", place.path), [Later], { onDiff: "apply" }).close();
  const { program } = start("lmdb", {}, place);
  expect(await program.exit()).toBe(1);
  expect(program.output).toContain("models_differ");
});
