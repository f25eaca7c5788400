/** Every kind of step on fields: which difference makes it, how it reads, and that a vault it was applied to needs nothing more. */
import { index } from "@modelvault/models";
import { test } from "vitest";
import { z } from "zod";
import { books, type Case, plainInt, ROW, SAFE_YEAR, TITLE, tryCase } from "../support/step-case.ts";

const CASES: readonly Case[] = [
  {
    name: "an optional field that is new",
    fields: [],
    model: books({ language: z.string().optional() }),
    says: ['+ books: add field "language" (optional string)'],
    safety: "safe",
  },
  {
    name: "an optional field inside an object",
    fields: [{ path: "author", type: { object: [{ path: "name", type: "string" }] } }],
    rows: [{ id: "a", author: { name: "x" } }],
    model: books({ author: z.object({ name: z.string(), born: z.boolean().optional() }) }),
    says: ['+ books: add field "author.born" (optional bool)'],
    safety: "safe",
    becomes: [{ id: "a", author: { name: "x", born: null } }],
  },
  {
    name: "a required field, filled with a value",
    fields: [],
    rows: [{ id: "a" }],
    model: books({ language: z.string() }),
    options: { fill: { "books.language": "en" } },
    says: ['+ books: add field "language" (string), filled with "en"'],
    safety: "data",
    becomes: [{ id: "a", language: "en" }],
  },
  {
    name: "a required field, filled by a function of the row",
    fields: [SAFE_YEAR],
    rows: [ROW],
    model: books({ year: plainInt, decade: z.string() }),
    options: { fill: { "books.decade": (row) => `${Math.floor(Number(row.year) / 10)}0s` } },
    says: ['+ books: add field "decade" (string), filled by your function'],
    safety: "data",
    becomes: [{ id: "a", year: 5, decade: "00s" }],
  },
  {
    name: "a required field, filled by the model's default",
    fields: [],
    rows: [{ id: "a" }, { id: "b" }],
    model: books({ serial: z.string().default(() => "made") }),
    says: ['+ books: add field "serial" (string), filled by the model\'s default'],
    safety: "data",
    becomes: [
      { id: "a", serial: "made" },
      { id: "b", serial: "made" },
    ],
  },
  {
    name: "dates, filled with a date and by a function that gives one",
    fields: [SAFE_YEAR],
    rows: [ROW],
    model: books({ year: plainInt, added: z.date(), published: z.date().optional() }),
    options: {
      fill: {
        "books.added": new Date(5),
        "books.published": (row) => new Date(Date.UTC(Number(row.year) + 1969, 0)),
      },
    },
    says: [
      '+ books: add field "added" (timestamp), filled with 1970-01-01T00:00:00.005Z',
      '+ books: add field "published" (optional timestamp), filled by your function',
    ],
    safety: "data",
    becomes: [{ id: "a", year: 5, added: 5000, published: Date.UTC(1974, 0) * 1000 }],
  },
  {
    name: "an optional field that options fill",
    fields: [],
    rows: [{ id: "a" }],
    model: books({ language: z.string().optional() }),
    options: { fill: { "books.language": "en" } },
    says: ['+ books: add field "language" (optional string), filled with "en"'],
    safety: "data",
    becomes: [{ id: "a", language: "en" }],
  },
  {
    name: "a field that becomes optional",
    fields: [TITLE],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string().optional() }),
    says: ['~ books: make "title" optional'],
    safety: "safe",
  },
  {
    name: "a field that becomes required, where every row has it",
    fields: [{ path: "title", type: { optional: "string" } }],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }),
    says: ['~ books: make "title" required, if every row has it'],
    safety: "data",
  },
  {
    name: "a field that becomes required, and is filled where it is missing",
    fields: [{ path: "title", type: { optional: "string" } }],
    rows: [{ id: "a" }, { id: "b", title: "t" }],
    model: books({ title: z.string() }),
    options: { fill: { "books.title": "untitled" } },
    says: ['~ books: make "title" required, filled with "untitled"'],
    safety: "data",
    becomes: [
      { id: "a", title: "untitled" },
      { id: "b", title: "t" },
    ],
  },
  {
    name: "a renamed field",
    fields: [{ path: "writer", type: "string" }],
    rows: [{ id: "a", writer: "x" }],
    model: books({ author: z.string() }, { renamedFields: { author: "writer" } }),
    says: ['~ books: rename field "writer" to "author"'],
    safety: "data",
    becomes: [{ id: "a", author: "x" }],
  },
  {
    name: "a field that moves into a new object",
    fields: [{ path: "writer", type: "string" }],
    rows: [{ id: "a", writer: "x" }],
    model: books({ author: z.object({ name: z.string() }) }, { renamedFields: { "author.name": "writer" } }),
    says: ['~ books: rename field "writer" to "author.name"'],
    safety: "data",
    becomes: [{ id: "a", author: { name: "x" } }],
  },
  {
    name: "a field that moves out of an object, which is empty then",
    fields: [{ path: "author", type: { object: [{ path: "name", type: "string" }] } }],
    rows: [{ id: "a", author: { name: "x" } }],
    model: books({ writer: z.string() }, { renamedFields: { writer: "author.name" } }),
    says: [
      '~ books: rename field "author.name" to "writer"',
      '- books: drop "author", an object with nothing left in it',
    ],
    safety: "data",
    becomes: [{ id: "a", writer: "x" }],
  },
  {
    name: "fields of several path segments, as other programs write them",
    fields: [
      { path: "author.name", type: "string" },
      { path: "title", type: "string" },
      { path: "author.origin.land", type: { optional: "string" } },
      { path: "extra.note", type: { optional: "string" } },
    ],
    indexes: [{ path: "author.name" }],
    rows: [
      { id: "a", author: { name: "x", origin: { land: "y" } }, title: "t", extra: { note: null } },
      { id: "b", author: { name: "z" }, title: "u" },
    ],
    model: books(
      {
        author: z.object({ name: z.string(), origin: z.object({ land: z.string().optional() }) }),
        title: z.string(),
        extra: z.object({ note: z.string().optional() }).optional(),
      },
      { indexes: [index("author.name" as never)] },
    ),
    says: [
      '~ books: group the fields below "author" into one object',
      '~ books: group the fields below "extra" into one object',
      '~ books: make "extra" optional',
    ],
    safety: "data",
    becomes: [
      { id: "a", author: { name: "x", origin: { land: "y" } }, title: "t", extra: { note: null } },
      { id: "b", author: { name: "z", origin: { land: null } }, title: "u", extra: { note: null } },
    ],
  },
];

test.each(CASES)("$name", tryCase);
