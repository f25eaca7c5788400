/** The routes. Each says in Zod what it takes and gives; a handler is the one line that is left. */
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Cities } from "./cities.ts";
import { type City, CityFilter, CityPatch, CityRow, PageQuery } from "./city.ts";
import { importCities } from "./import.ts";
import { Problem, ProblemDocument } from "./problem.ts";

export interface RouteOptions {
  readonly cities: Cities;
  readonly store: string;
  readonly signalOf: (request: FastifyRequest, reply: FastifyReply) => AbortSignal;
}

const Key = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
const CityPage = z.object({ cities: z.array(CityRow), next: z.string().nullable() });

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ProblemDocument } },
});
const notFound = problem("There is no such city.");
const refused = problem("The request breaks a rule; `issues` lists every one.");
const taken = problem("The id is taken.");

export const cityRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, { cities, store, signalOf }) => {
  app.post(
    "/cities",
    {
      schema: {
        summary: "Create a city",
        body: CityRow,
        response: { 201: CityRow, 409: taken, 422: refused },
      },
    },
    async ({ body }, reply) => {
      await cities.create(body);
      return reply.code(201).header("location", `/cities/${body.id}`).send(body);
    },
  );

  app.get(
    "/cities/:id",
    { schema: { summary: "Read a city", params: Key, response: { 200: CityRow, 404: notFound } } },
    async ({ params: { id } }) => (await cities.read(id)) ?? unknownCity(id),
  );

  app.patch(
    "/cities/:id",
    {
      schema: {
        summary: "Change a city: what the patch leaves out stays",
        params: Key,
        body: CityPatch,
        response: { 200: CityRow, 404: notFound, 422: refused },
      },
    },
    async ({ params: { id }, body }) => cities.change(id, body),
  );

  app.delete(
    "/cities/:id",
    { schema: { summary: "Delete a city", params: Key, response: { 204: z.undefined(), 404: notFound } } },
    async ({ params: { id } }, reply) => {
      if (!(await cities.remove(id))) unknownCity(id);
      return reply.code(204).send(undefined);
    },
  );

  app.get(
    "/cities",
    {
      schema: {
        summary: "Cities by population, page by page",
        querystring: PageQuery,
        response: { 200: CityPage, 422: refused },
      },
    },
    async (request, reply) => {
      const { limit, after, ...filter } = request.query;
      const { cities: page, next } = await cities.list(filter, limit, after, signalOf(request, reply));
      return { cities: [...page], next };
    },
  );

  app.get(
    "/cities/search",
    {
      schema: {
        summary: "Cities whose names begin so",
        querystring: z.strictObject({
          name: z.string().min(1).max(200),
          limit: z.coerce.number().int().min(1).max(1000).default(20),
        }),
        response: { 200: z.object({ cities: z.array(CityRow) }), 422: refused },
      },
    },
    async ({ query: { name, limit } }) => ({ cities: [...(await cities.search(name, limit))] }),
  );

  app.get(
    "/cities/export",
    { schema: { summary: "Cities as NDJSON, a frozen state of them", querystring: CityFilter } },
    async (request, reply) => {
      const rows = cities.each(request.query, signalOf(request, reply));
      return reply.type("application/x-ndjson").send(Readable.from(lines(rows)));
    },
  );

  app.post(
    "/cities/import",
    {
      schema: {
        summary: "Import cities from NDJSON: all or none, or a thousand at a time",
        consumes: ["application/x-ndjson"],
        querystring: z.strictObject({ mode: z.enum(["whole", "chunks"]).default("whole") }),
        response: {
          200: z.object({ stored: z.int() }),
          409: taken,
          415: problem("Not NDJSON."),
          422: refused,
        },
      },
    },
    async (request, reply) => {
      const { body, query } = request;
      if (!(body instanceof Readable)) throw new Problem(415, "not_ndjson", "Send application/x-ndjson.");
      return { stored: await importCities(cities, body, query.mode, signalOf(request, reply)) };
    },
  );

  app.get(
    "/health",
    {
      schema: {
        summary: "Whether the vault answers",
        response: {
          200: z.object({ status: z.literal("ok"), store: z.string(), cities: z.int(), revision: z.int() }),
        },
      },
    },
    async () => {
      const [count, revision] = await Promise.all([cities.count(), cities.revision()]);
      return { status: "ok" as const, store, cities: count, revision };
    },
  );
};

function unknownCity(id: number): never {
  throw new Problem(404, "city_unknown", `There is no city ${id}.`);
}

/** Lines of JSON, several kilobytes at a time: a chunk a row would cost more than the row. */
async function* lines(cities: AsyncIterable<City> | Iterable<City>): AsyncGenerator<string, void, undefined> {
  let text = "";
  for await (const city of cities) {
    text += `${JSON.stringify(city)}\n`;
    if (text.length < 16 * 1024) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}
