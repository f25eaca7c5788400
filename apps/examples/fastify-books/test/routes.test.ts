import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atlantis, type Client, lines, newPlace, serve, someCities } from "./service.ts";

describe.each(["lmdb", "file"] as const)("the routes over a vault in %s", (store) => {
  const place = newPlace(store);
  let client: Client;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const service = await serve(place);
    ({ client } = service);
    close = () => service.app.close();
    expect((await client.import(lines(someCities))).body).toEqual({ stored: 3_000 });
  });
  afterAll(async () => {
    await close();
    place.remove();
  });

  test("a created city is read, changed and deleted", async () => {
    const { region: _, population: __, ...rest } = atlantis;
    const created = await client.ask("POST", "/cities", rest);
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/cities/${atlantis.id}`);
    expect(created.body).toEqual({ ...atlantis, population: 0 });

    const path = `/cities/${atlantis.id}`;
    expect(await client.get(path)).toMatchObject({ status: 200, body: created.body });
    const changed = await client.ask("PATCH", path, { population: 7, region: "A", location: { lat: 32 } });
    const now = { ...atlantis, population: 7, region: "A", location: { lat: 32, lon: -24 } };
    expect(changed).toMatchObject({ status: 200, body: now });
    expect((await client.ask("PATCH", path, { region: null })).body).toEqual({ ...now, region: null });
    expect(await client.ask("DELETE", path)).toMatchObject({ status: 204, body: "" });
    for (const method of ["GET", "DELETE"]) expect((await client.ask(method, path)).status).toBe(404);
    expect((await client.ask("PATCH", path, { population: 7 })).body.code).toBe("row_not_found");
  });

  test("an id that is taken is a conflict, and the city stays as it was", async () => {
    const [first] = someCities;
    const { status, type, body } = await client.ask("POST", "/cities", { ...atlantis, id: first?.id });
    expect(status).toBe(409);
    expect(type).toContain("application/problem+json");
    expect(body).toMatchObject({ type: "urn:problem:row_exists", title: "Conflict", code: "row_exists" });
    expect((await client.get(`/cities/${first?.id}`)).body).toEqual(first);
  });

  test("of many clients that create the same city one succeeds", async () => {
    const asked = Array.from({ length: 20 }, () => client.ask("POST", "/cities", atlantis));
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    await client.ask("DELETE", `/cities/${atlantis.id}`);
  });

  test("a bad city is refused with all of its problems", async () => {
    const bad = { ...atlantis, id: -1, country: "Atlantis", location: { lat: 91 }, mayor: "Plato" };
    const { status, type, body } = await client.ask("POST", "/cities", bad);
    expect(status).toBe(422);
    expect(type).toContain("application/problem+json");
    expect(body.issues.map(({ path }: { path: string[] }) => path.join("."))).toEqual([
      "id",
      "country",
      "location.lat",
      "location.lon",
      "",
    ]);
    const patch = await client.ask("PATCH", `/cities/${someCities[0]?.id}`, { population: -1, id: 5 });
    expect(patch).toMatchObject({ status: 422, body: { code: "request_invalid" } });
  });

  test("what only the engine refuses has its issues too", async () => {
    // 200 characters pass Zod; a name of 4 bytes each passes the engine's bound of bytes as well, and is no problem.
    const long = { ...atlantis, name: "🏛".repeat(100) };
    expect((await client.ask("POST", "/cities", long)).status).toBe(201);
    await client.ask("DELETE", `/cities/${atlantis.id}`);
    const lone = await client.ask("POST", "/cities", { ...atlantis, name: "\ud800" });
    expect(lone.status).toBe(422);
    expect(lone.body).toMatchObject({ code: "validation_failed", issues: [{ path: ["name"] }] });
  });

  test("requests that are no requests are problems as well", async () => {
    const json = await client.ask("POST", "/cities", "{", "application/json; charset=x");
    expect(json.type).toContain("application/problem+json");
    expect(json.status).toBe(400);
    expect(await client.get("/towns")).toMatchObject({ status: 404, body: { code: "route_unknown" } });
    expect((await client.get("/cities/x")).status).toBe(422);
    expect((await client.get("/cities?contry=JP")).status).toBe(422);
    expect((await client.ask("POST", "/cities/import", "a", "text/csv")).status).toBe(415);
    expect((await client.ask("POST", "/cities/import", [])).body.code).toBe("not_ndjson");
    expect(await client.get("/cities?limit=3&after=zzz")).toMatchObject({
      status: 422,
      body: { code: "cursor_invalid" },
    });
  });

  test("pages follow each other without gap or repetition, filters and order kept", async () => {
    const filter = "country=AD&minPopulation=100";
    const found: number[] = [];
    let next: string | null = null;
    let pages = 0;
    do {
      const after: string = next === null ? "" : `&after=${encodeURIComponent(next)}`;
      const { body } = await client.get(`/cities?${filter}&limit=4${after}`);
      found.push(...body.cities.map(({ id }: { id: number }) => id));
      ({ next } = body);
      pages++;
    } while (next !== null);
    const expected = someCities
      .filter(({ country, population }) => country === "AD" && population >= 100)
      .sort((a, b) => b.population - a.population || a.id - b.id)
      .map(({ id }) => id);
    expect(found).toEqual(expected);
    expect(pages).toBeGreaterThan(2);
    const elsewhere = await client.get(`/cities?country=AE&limit=4&after=${encodeURIComponent("x")}`);
    expect(elsewhere.status).toBe(422);
  });

  test("every filter narrows", async () => {
    const path = "/cities?feature=PPL&minPopulation=1000&maxPopulation=50000&south=24&north=42&limit=1000";
    const expected = someCities
      .filter((city) => city.feature === "PPL" && city.population >= 1000 && city.population <= 50_000)
      .filter(({ location: { lat } }) => lat >= 24 && lat <= 42);
    const { body } = await client.get(path);
    expect(body.cities.length).toBe(expected.length);
    expect(body.cities.length).toBeGreaterThan(10);
    expect(body.next).toBeNull();
  });

  test("without a filter the list has every city, largest first", async () => {
    const { body } = await client.get("/cities?limit=2");
    const largest = someCities.toSorted((a, b) => b.population - a.population || a.id - b.id);
    expect(body.cities).toEqual(largest.slice(0, 2));
    expect((await client.get("/cities/export")).body.trimEnd().split("\n").length).toBe(3_000);
  });

  test("a search by the beginning of a name gives those cities by name", async () => {
    const { body } = await client.get("/cities/search?name=S&limit=5");
    const expected = someCities
      .filter(({ name }) => name.startsWith("S"))
      .map(({ name }) => name)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .slice(0, 5);
    expect(body.cities.map(({ name }: { name: string }) => name)).toEqual(expected);
    expect((await client.get("/cities/search")).status).toBe(422);
  });

  test("an export is every city of a filter", async () => {
    const { type, body } = await client.get("/cities/export?country=AE");
    expect(type).toContain("application/x-ndjson");
    const rows = body
      .trimEnd()
      .split("\n")
      .map((line: string) => JSON.parse(line));
    const expected = someCities.filter(({ country }) => country === "AE").sort((a, b) => a.id - b.id);
    expect(rows).toEqual(expected);
  });

  test("health tells the store, how many cities there are, and the revision", async () => {
    const before = (await client.get("/health")).body;
    expect(before).toMatchObject({ status: "ok", store, cities: 3_000 });
    await client.ask("POST", "/cities", atlantis);
    const after = (await client.get("/health")).body;
    expect(after).toMatchObject({ cities: 3_001 });
    expect(after.revision).toBeGreaterThan(before.revision);
    await client.ask("DELETE", `/cities/${atlantis.id}`);
  });

  test("the OpenAPI document has every route, with the schemas of the model", async () => {
    const { body } = await client.get("/openapi.json");
    const routes = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual([
      "delete /cities/{id}",
      "get /cities",
      "get /cities/export",
      "get /cities/search",
      "get /cities/{id}",
      "get /health",
      "patch /cities/{id}",
      "post /cities",
      "post /cities/import",
    ]);
    expect(body.components.schemas.City.properties.country).toEqual({
      type: "string",
      pattern: "^[A-Z]{2}$",
    });
    expect(body.components.schemas.CityInput.required).not.toContain("population");
    const created = body.paths["/cities"].post.responses;
    expect(Object.keys(created).sort()).toEqual(["201", "409", "422"]);
    expect(Object.keys(created["409"].content)).toEqual(["application/problem+json"]);
  });
});
