import { expect, test } from "vitest";
import { CallsInFlight } from "../../src/link/calls-in-flight.ts";
import { Settling } from "../../src/link/pending.ts";
import { RowStream } from "../../src/link/row-stream.ts";

function calls(): { readonly calls: CallsInFlight; readonly changes: boolean[] } {
  const changes: boolean[] = [];
  return { calls: new CallsInFlight((some) => changes.push(some)), changes };
}

test("calls are in flight until they are taken, once", () => {
  const { calls: flight, changes } = calls();
  const [first, second] = [flight.add(new Settling("number")), flight.add(new Settling("number"))];
  expect([flight.count, flight.isWaitedFor]).toEqual([2, true]);
  expect(flight.take(first)).toBeDefined();
  expect(flight.take(first)).toBeUndefined();
  expect(changes).toEqual([true]);
  flight.take(second);
  expect(changes).toEqual([true, false]);
  expect([flight.count, flight.burden, flight.isWaitedFor]).toEqual([0, 0, false]);
});

test("a worker owes more the more it was asked, and the longer it has been asked", async () => {
  const { calls: few } = calls();
  const { calls: many } = calls();
  few.add(new Settling("number"));
  for (let n = 0; n < 10; n++) many.add(new Settling("number"));
  expect(few.burden).toBeLessThan(many.burden);
  const before = few.burden;
  for (const begun = performance.now(); performance.now() < begun + 1; ) await undefined;
  expect(few.burden).toBeGreaterThan(before);
});

test("look-ups are told from what may take long", () => {
  const { calls: flight } = calls();
  const lookUp = new Settling("number");
  lookUp.quick = true;
  flight.add(lookUp);
  expect(flight.areQuick).toBe(true);
  const write = flight.add(new Settling("number"));
  expect(flight.areQuick).toBe(false);
  flight.take(write);
  expect(flight.areQuick).toBe(true);
});

test("a stream is in flight only while the worker owes it rows", () => {
  const { calls: flight, changes } = calls();
  const stream = new RowStream("number", () => undefined);
  const id = flight.add(stream);
  flight.paid(stream);
  expect(flight.count).toBe(1);
  flight.paid(stream);
  expect([flight.count, flight.isWaitedFor]).toEqual([0, false]);
  flight.owe(stream, 1);
  expect(flight.count).toBe(1);
  flight.take(id);
  expect(changes).toEqual([true, false, true, false]);
  expect(flight.takeAll()).toEqual([]);
});
