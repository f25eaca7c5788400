import { describe, expect, test } from "vitest";
import { checkSchema } from "../../src/schema/check-collection.ts";
import { compileValidator } from "../../src/validate/compile-validator.ts";
import { compileRowCopy } from "../../src/validate/row-copy.ts";

const schema = checkSchema({
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "tags", type: { optional: { list: "string" } } },
    { path: "author", type: { optional: { object: [{ path: "name", type: "string" }] } } },
    { path: "extra", type: { optional: "json" } },
  ],
});
const validate = compileValidator(schema);
const copy = compileRowCopy(schema);

const failing = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error("no keys");
    },
  },
);

describe("a row that is no row", () => {
  test.each([
    [null, "null"],
    [undefined, "undefined"],
    [5, "5"],
    ["id", '"id"'],
    [[], "a list of 0"],
    [() => 1, "a function"],
    [new Map([["id", 1]]), "a Map"],
    [new Date(0), "a Date"],
    [Promise.resolve({ id: 1 }), "a Promise"],
    [new Uint8Array(2), "2 bytes"],
    [new Error("x"), "an Error"],
  ])("%o is refused as a whole", (candidate, actual) => {
    expect(validate(candidate)).toEqual([
      expect.objectContaining({
        path: [],
        rule: "type",
        expected: "an object",
        actual,
        message: expect.stringMatching(/^The row must be an object; found /),
      }),
    ]);
  });
});

describe("a row", () => {
  test("may be an object without a prototype, or an instance of a class", () => {
    class Book {
      id = 1;
      tags = ["a"];
      shout(): string {
        return "!";
      }
    }
    expect(validate(new Book())).toEqual([]);
    expect(validate(Object.assign(Object.create(null), { id: 1 }))).toEqual([]);
  });

  test("has no use for properties that are inherited, hidden or named by symbols", () => {
    expect(validate(Object.create({ id: 1 }))).toMatchObject([{ rule: "required", path: ["id"] }]);
    expect(validate(Object.defineProperty({}, "id", { value: 1, enumerable: false }))).toMatchObject([
      { rule: "required" },
    ]);
    expect(validate({ id: 1, [Symbol("s")]: 1 })).toMatchObject([
      { rule: "unknown_field", path: [], actual: "a symbol key" },
    ]);
  });

  test("is not fooled by what others put on Object.prototype", () => {
    const pollution = { configurable: true, enumerable: true, writable: true, value: "polluted" };
    Object.defineProperty(Object.prototype, "author", pollution);
    try {
      expect(validate({ id: 1 })).toEqual([]);
      expect(validate({})).toMatchObject([{ rule: "required", path: ["id"] }]);
    } finally {
      Reflect.deleteProperty(Object.prototype, "author");
    }
  });

  test("with an own __proto__ has an unknown field, and nothing else happens", () => {
    const row: unknown = JSON.parse('{"id":1,"__proto__":{"polluted":true},"extra":{"__proto__":{"x":1}}}');
    expect(validate(row)).toMatchObject([{ rule: "unknown_field", path: ["__proto__"] }]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("code inside a row", () => {
  test("that throws becomes a problem at its place, never an exception", () => {
    const boom = {
      id: 1,
      author: {
        get name(): string {
          throw new Error("boom");
        },
      },
    };
    expect(validate(boom)).toMatchObject([
      { path: ["author", "name"], rule: "type", actual: "an error while reading it: boom" },
    ]);
    expect(validate(failing)).toMatchObject([{ path: [], actual: "an error while reading it: no keys" }]);
    expect(validate({ id: 1, tags: failing })).toMatchObject([{ path: ["tags"] }]);
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(validate(revoked.proxy)).toHaveLength(1);
    expect(validate({ id: 1, extra: revoked.proxy })).toHaveLength(1);
    expect(validate({ id: 1, tags: revoked.proxy })).toHaveLength(1);
  });

  test("that throws something odd is no trouble either", () => {
    for (const thrown of [
      null,
      undefined,
      "text",
      Symbol("s"),
      failing,
      new Proxy(new Error("x"), { get: () => failing }),
    ]) {
      const row = {
        get id(): number {
          throw thrown;
        },
      };
      expect(validate(row)).toHaveLength(1);
    }
  });

  test("that answers differently each time is caught", () => {
    let calls = 0;
    const row = {
      get id(): unknown {
        return calls++ === 0 ? "bad" : 1;
      },
    };
    expect(validate(row)).toMatchObject([{ path: [], expected: "the same each time it is read" }]);
  });

  test("in toJSON is not run", () => {
    let ran = false;
    const extra = {
      toJSON(): number {
        ran = true;
        return 1;
      },
    };
    expect(validate({ id: 1, extra })).toMatchObject([{ path: ["extra"], expected: "plain data" }]);
    expect(ran).toBe(false);
  });
});

describe("data without end", () => {
  test("cycles end where the schema or the depth of JSON does", () => {
    const author: Record<string, unknown> = {};
    author.name = author;
    expect(validate({ id: 1, author })).toMatchObject([{ path: ["author", "name"], rule: "type" }]);
    const extra: unknown[] = [];
    extra.push(extra);
    const [issue] = validate({ id: 1, extra });
    expect(issue).toMatchObject({
      rule: "type",
      expected: "a JSON value of at most 256 levels, without cycles",
    });
    expect(issue?.path).toHaveLength(257);
    const doubled: unknown[] = [];
    doubled.push(doubled, doubled, { doubled });
    expect(validate(copy({ id: 1, extra: doubled }))).toHaveLength(1000);
  });

  test("JSON of 256 levels is accepted", () => {
    let extra: unknown = 1;
    for (let level = 0; level < 256; level++) extra = { a: extra };
    expect(validate({ id: 1, extra })).toEqual([]);
    expect(validate({ id: 1, extra: [extra] })).toHaveLength(1);
  });

  test("JSON whose parts are shared again and again is refused by the size of its text", () => {
    let extra: unknown = [];
    for (let level = 0; level < 100; level++) extra = [extra, extra];
    expect(validate(copy({ id: 1, extra }))[0]?.path[0]).toBe("extra");
  });
});

describe("a copy of a row", () => {
  test("reads every property once, so what is checked is what is stored", () => {
    const reads: string[] = [];
    const spy = (target: object): object =>
      new Proxy(target, {
        get(from, key, receiver) {
          reads.push(String(key));
          return Reflect.get(from, key, receiver) as unknown;
        },
      });
    let calls = 0;
    const row = spy({ id: 1, tags: ["a"], author: spy({ name: "n" }), extra: spy({ x: { y: 1 } }) });
    const copied = copy(row);
    for (const name of ["id", "tags", "author", "name", "extra", "x"])
      expect(reads.filter((read) => read === name)).toEqual([name]);
    expect(copied).toEqual({ id: 1, tags: ["a"], author: { name: "n" }, extra: { x: { y: 1 } } });
    const fickle = copy({
      get id(): unknown {
        return calls++ === 0 ? 1 : "changed";
      },
    }) as { readonly id: unknown };
    expect([fickle.id, fickle.id, calls]).toEqual([1, 1, 1]);
  });

  test("shares nothing with the candidate but bytes", () => {
    const row = { id: 1, tags: ["a"], author: { name: "n" }, extra: { list: [{ x: 1 }] } };
    const copied = copy(row) as typeof row;
    row.tags.push("b");
    row.author.name = "changed";
    row.extra.list[0] = { x: 2 };
    expect(copied).toEqual({ id: 1, tags: ["a"], author: { name: "n" }, extra: { list: [{ x: 1 }] } });
  });

  test("keeps what validation has to refuse: holes, symbols, __proto__, wrong shapes", () => {
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
    const holes: unknown[] = ["a", , "b"];
    const rows: unknown[] = [
      5,
      null,
      [],
      { id: 1, tags: holes },
      { id: 1, [Symbol("s")]: 1 },
      JSON.parse('{"id":1,"__proto__":{"a":1}}'),
      { id: 1, tags: new Set(["a"]), author: new Map(), extra: new Date(0) },
      { id: 1, extra: holes },
      { id: 1, extra: new Array(4_000_000_000) },
      { id: 1, tags: new Array(4_000_000_000) },
    ];
    for (const row of rows) {
      expect(validate(copy(row))).toEqual(validate(row));
      expect(validate(row).length).toBeGreaterThan(0);
    }
  });

  test("throws row_unreadable when the row does, with the cause", () => {
    const cause = new Error("boom");
    const row = {
      get id(): number {
        throw cause;
      },
    };
    expect(() => copy(row)).toThrow(expect.objectContaining({ code: "row_unreadable", cause }));
  });
});

describe("bytes in a copy of a row", () => {
  const rows = compileRowCopy(
    checkSchema({
      primaryKey: "id",
      fields: [
        { path: "id", type: "bytes" },
        { path: "parts", type: { optional: { list: "bytes" } } },
      ],
    }),
  );

  test("are as long as they are, whatever they say themselves", () => {
    const longer = Object.defineProperty(Uint8Array.of(1, 2), "length", { value: 1000 });
    class Endless extends Uint8Array {
      override get length(): number {
        return 2 ** 31;
      }
    }
    const pooled = Buffer.from("xabx").subarray(1, 3);
    expect(rows({ id: longer, parts: [Endless.of(3), pooled] })).toEqual({
      id: Uint8Array.of(1, 2),
      parts: [Uint8Array.of(3), Uint8Array.of(97, 98)],
    });
  });

  test("no longer change with those of another thread", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1));
    const copy = rows({ id: shared });
    shared[0] = 1;
    expect(copy).toEqual({ id: Uint8Array.of(0) });
  });

  test("are unreadable once they were handed over to another thread", () => {
    const bytes = Uint8Array.of(1, 2);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(() => rows({ id: bytes })).toThrow(
      expect.objectContaining({ code: "row_unreadable", cause: expect.any(TypeError) }),
    );
  });
});
