import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { UuidV7, uuids } from "../../src/generate/uuid-v7.ts";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("it begins with the time and has the bits of version 7", () => {
  const generator = new UuidV7(
    () => 0x0123456789ab,
    (bytes) => bytes.fill(0xff),
  );
  expect(generator.next()).toBe("01234567-89ab-77ff-bfff-ffffffffffff");
  expect(generator.next()).toBe("01234567-89ab-7800-bfff-ffffffffffff");
  expect(
    new UuidV7(
      () => 0,
      () => undefined,
    ).next(),
  ).toBe("00000000-0000-7000-8000-000000000000");
});

test("those of one generator grow, however the clock goes", () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
    fc.nat(255),
    (clock, byte) => {
      let reading = 0;
      const generator = new UuidV7(
        () => clock[reading++ % clock.length] ?? 0,
        (bytes) => bytes.fill(byte),
      );
      const made = Array.from({ length: 50 }, () => generator.next());
      expect(made.every((uuid) => FORM.test(uuid))).toBe(true);
      expect([...made].sort()).toEqual(made);
      expect(new Set(made).size).toBe(made.length);
    },
  );
  fc.assert(property);
});

test("a millisecond with more of them than the counter counts flows over into the next", () => {
  const generator = new UuidV7(
    () => 7,
    (bytes) => bytes.fill(0),
  );
  const made = Array.from({ length: 5000 }, () => generator.next());
  expect(new Set(made).size).toBe(5000);
  expect(made[4999]).toMatch(/^00000000-0008-7387-/);
  expect([...made].sort()).toEqual(made);
});

test("the generator of the process uses its clock and its randomness", () => {
  vi.spyOn(Date, "now").mockReturnValue(0x7123456789ab);
  const [first, second] = [uuids.next(), uuids.next()];
  vi.restoreAllMocks();
  expect(first).toMatch(FORM);
  expect(first).toMatch(/^71234567-89ab-/);
  expect(first.slice(19)).not.toBe(second.slice(19));
});
