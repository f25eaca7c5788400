/** The service: routes over the cities, OpenAPI from the same Zod schemas, problem documents for every error. */
import swagger from "@fastify/swagger";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import { z } from "zod";
import type { Cities } from "./cities.ts";
import { CityRow } from "./city.ts";
import { Problem, ProblemDocument, sendProblem } from "./problem.ts";
import { cityRoutes } from "./routes.ts";

export interface AppOptions {
  readonly cities: Cities;
  /** Name of the store, for `/health`. */
  readonly store: string;
  readonly logger?: boolean;
  /** How long requests that run may go on when the service stops; then they are given up. Default 10,000. */
  readonly drainMs?: number;
}

/** The service, ready to listen. It closes the cities when it is closed itself, after the last request. */
export async function buildApp({ cities, store, logger = false, drainMs = 10_000 }: AppOptions) {
  const app = fastify({ logger }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new Problem(404, "route_unknown", `There is no ${request.method} ${request.url}.`),
      request,
      reply,
    ),
  );

  const schemaRegistry = z.registry<{ id: string }>();
  schemaRegistry.add(CityRow, { id: "City" });
  schemaRegistry.add(ProblemDocument, { id: "Problem" });
  await app.register(swagger, {
    openapi: { openapi: "3.1.0", info: { title: "Cities", version: "1.0.0" } },
    transform: createJsonSchemaTransform({ schemaRegistry }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  });

  // A stream of rows is not collected into one body: the route reads it.
  app.addContentTypeParser("application/x-ndjson", (_request, payload, done) => done(null, payload));

  const stopping = new AbortController();
  let drain: NodeJS.Timeout | undefined;
  app.addHook("preClose", async () => {
    drain = setTimeout(() => stopping.abort(new Problem(503, "stopping", "The service stops.")), drainMs);
  });
  // Whoever keeps a connection for later requests would keep the service from stopping.
  app.addHook("onSend", async (_request, reply) => {
    if (drain !== undefined) reply.header("connection", "close");
  });
  app.addHook("onClose", async () => {
    clearTimeout(drain);
    await cities.close();
  });

  /** Aborted when the client goes away before its answer is whole, or the service must not wait any longer. */
  const signalOf = ({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): AbortSignal => {
    const gone = new AbortController();
    const leave = (): void => gone.abort(new Problem(499, "aborted", "The client went away."));
    socket.once("close", leave);
    raw.once("finish", () => socket.off("close", leave));
    return AbortSignal.any([gone.signal, stopping.signal]);
  };

  await app.register(cityRoutes, { cities, store, signalOf });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  return app;
}
