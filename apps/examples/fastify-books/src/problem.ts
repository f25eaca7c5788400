/** Errors as problem documents (RFC 9457): what went wrong, whose fault it is, and every issue of a row at once. */
import { isModelVaultError, type ModelVaultError, type ValidationIssue } from "@modelvault/core";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";

export const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** A code of docs/errors.md, or one of this service. */
  code: z.string(),
  issues: z
    .array(z.object({ path: z.array(z.union([z.string(), z.int()])), rule: z.string(), message: z.string() }))
    .optional(),
  /** Imports: the row that was refused, from 1, and how many rows had been stored. */
  row: z.int().optional(),
  stored: z.int().optional(),
});
export type ProblemDocument = z.output<typeof ProblemDocument>;
type Issues = NonNullable<ProblemDocument["issues"]>;

/** An error of this service, with the document it becomes. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly document: ProblemDocument;

  constructor(status: number, code: string, detail: string, more: Partial<ProblemDocument> = {}) {
    super(detail);
    this.document = {
      type: `urn:problem:${code}`,
      title: titles[status] ?? "Error",
      status,
      detail,
      code,
      ...more,
    };
  }
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  404: "Not found",
  409: "Conflict",
  415: "Unsupported media type",
  422: "Refused",
  499: "Client closed request",
  500: "Internal error",
  503: "Not now",
};

/** Codes of the engine that are the caller's to mend, or pass by themselves. Every other one is ours: 500. */
const statuses: Readonly<Record<string, number>> = {
  row_exists: 409,
  unique_violation: 409,
  row_not_found: 404,
  validation_failed: 422,
  row_too_large: 422,
  primary_key_changed: 422,
  primary_key_invalid: 422,
  store_key_too_long: 422,
  cursor_invalid: 422,
  cursor_mismatch: 422,
  overloaded: 503,
  store_busy: 503,
  store_full: 503,
  transaction_timeout: 503,
  worker_died: 503,
  database_closed: 503,
};

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isModelVaultError(error)) return engineProblem(error);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues: Issues = error.validation.map(({ instancePath, keyword, message }) => ({
      path: instancePath.split("/").filter((part) => part !== ""),
      rule: keyword,
      message: message ?? "",
    }));
    return new Problem(422, "request_invalid", `The request has ${count(issues.length)}.`, { issues });
  }
  const { statusCode = 500, code, message, name } = error as Partial<FastifyError>;
  if (name === "AbortError") return new Problem(499, "aborted", "The request was given up.");
  if (statusCode >= 500) return new Problem(500, "internal", "The service failed; its log says how.");
  return new Problem(statusCode, (code ?? "request_invalid").toLowerCase(), message ?? "");
}

function engineProblem(error: ModelVaultError): Problem {
  const { code, message, issues } = error;
  const status = statuses[code];
  if (status === undefined) return new Problem(500, code, "The service failed; its log says how.");
  const more = issues.length === 0 ? {} : { issues: issuesOf(issues) };
  return new Problem(status, code, message, more);
}

export function issuesOf(issues: readonly ValidationIssue[]): Issues {
  return issues.map(({ path, rule, message }) => ({ path: [...path], rule, message }));
}

export function zodIssues({ issues }: z.ZodError): Issues {
  return issues.map(({ path, code, message }) => ({
    path: path.map((part) => (typeof part === "number" ? part : String(part))),
    rule: code,
    message,
  }));
}

/** The error handler of the service. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { document } = problemOf(error);
  if (document.status >= 500) request.log.error(error);
  if (document.status === 503) reply.header("retry-after", "1");
  return reply.code(document.status).type("application/problem+json").send(document);
}

function count(issues: number): string {
  return issues === 1 ? "one problem" : `${issues} problems`;
}
