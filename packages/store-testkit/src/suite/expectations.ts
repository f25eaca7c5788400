/**
 * The assertions of the checks. Each failure says in one sentence what was asked, what came, and what should have come;
 * the runner adds the promise that is broken by it.
 */
import {
  isModelVaultError,
  type KeyRange,
  type Keyspace,
  type StoreReader,
  type StoreScan,
} from "@modelvault/core";
import { sameBytes, show } from "../bytes/bytes.ts";
import { type Entry, type PlainMap, showRange, spaceName } from "../model/plain-map.ts";

/** A promise found broken: what a driver did instead. */
export class BrokenPromise extends Error {
  override readonly name: string = "BrokenPromise";
}

/** Most entries a check reads of one scan, so that a scan that never ends is a failure and not a hang. */
const scannedEntriesMax = 300_000;

/** Fails the check. The sentence says what happened. */
export function broken(sentence: string): never {
  throw new BrokenPromise(sentence);
}

export function expectThat(condition: boolean, sentence: string): void {
  if (!condition) broken(sentence);
}

export function expectEqual<T>(actual: T, expected: T, what: string): void {
  if (!Object.is(actual, expected)) broken(`${what} is ${String(actual)}; it should be ${String(expected)}`);
}

export function expectBytes(
  actual: Uint8Array | undefined,
  expected: Uint8Array | undefined,
  what: string,
): void {
  if (actual === undefined && expected === undefined) return;
  if (actual instanceof Uint8Array && expected !== undefined && sameBytes(actual, expected)) return;
  broken(`${what} is ${show(actual)}; it should be ${show(expected)}`);
}

/** Holds entries to the expected ones, in order, and names the first that differs. */
export function expectEntries(actual: readonly Entry[], expected: readonly Entry[], what: string): void {
  for (let at = 0; at < Math.max(actual.length, expected.length); at++) {
    const [got, wanted] = [actual[at], expected[at]];
    if (got && wanted && sameEntry(got, wanted)) continue;
    broken(
      `${what} gives ${actual.length} entries where there should be ${expected.length}; ` +
        `number ${at} is ${showEntry(got)}; it should be ${showEntry(wanted)}`,
    );
  }
}

/** Holds a call to the refusal it should end in. */
export function expectRefusal(codes: string | readonly string[], what: string, call: () => unknown): void {
  const expected = typeof codes === "string" ? [codes] : codes;
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    expectCode(expected, what, error);
    return;
  }
  if (answer instanceof Uint8Array) answer = show(answer);
  broken(`${what} returned ${String(answer)}; it should throw ${expected.join(" or ")}`);
}

/** The same for a call that answers later. */
export async function expectRejection(
  codes: readonly string[],
  what: string,
  answer: Promise<unknown>,
): Promise<void> {
  let value: unknown;
  try {
    value = await answer;
  } catch (error) {
    expectCode(codes, what, error);
    return;
  }
  broken(`${what} returned ${String(value)}; it should be refused with ${codes.join(" or ")}`);
}

function expectCode(expected: readonly string[], what: string, error: unknown): void {
  if (isModelVaultError(error) && expected.some((code) => code === error.code)) return;
  const found = isModelVaultError(error) ? `${error.code} ("${error.message}")` : String(error);
  broken(`${what} threw ${found}; it should throw ${expected.join(" or ")}`);
}

/** All entries of a scan, or the first `limit`. */
export function take(scan: StoreScan, limit: number = scannedEntriesMax): Entry[] {
  const entries: Entry[] = [];
  while (entries.length < limit) {
    const step = scan.next();
    if (step.done) return entries;
    entries.push(step.value);
  }
  if (limit >= scannedEntriesMax) broken(`a scan gave ${limit} entries and went on; it seems not to end`);
  return entries;
}

/** The steps of a scan that must end after `most`, for loops that write as they go. */
export function* steps(scan: StoreScan, most: number): Generator<Entry, void, undefined> {
  let given = 0;
  for (const entry of scan) {
    if (++given > most) broken(`a scan of ${most} entries goes on; it sees what was written after its call`);
    yield entry;
  }
}

export function entriesOf(reader: StoreReader, space: Keyspace, range?: KeyRange): Entry[] {
  return take(range === undefined ? reader.scan(space) : reader.scan(space, range));
}

/** Holds one keyspace of a reader to the model: count, scans of both directions, get and getMany of each key. */
export function expectState(reader: StoreReader, model: PlainMap, space: Keyspace, who: string): void {
  const expected = model.scan(space);
  const name = spaceName(space);
  expectEqual(reader.count(space), expected.length, `${who}: count of ${name}`);
  expectScan(reader, model, space, undefined, who);
  expectScan(reader, model, space, { reverse: true }, who);
  for (const [key, value] of expected)
    expectBytes(reader.get(space, key), value, `${who}: ${name}, get ${show(key)}`);
  if (!reader.getMany) return;
  const answers = reader.getMany(
    space,
    expected.map(([key]) => key),
  );
  expectEqual(answers.length, expected.length, `${who}: number of answers of getMany of ${name}`);
  for (const [at, [key, value]] of expected.entries())
    expectBytes(answers[at], value, `${who}: ${name}, getMany of ${show(key)}`);
}

/** Holds one scan to the model. */
export function expectScan(
  reader: StoreReader,
  model: PlainMap,
  space: Keyspace,
  range: KeyRange | undefined,
  who: string,
): void {
  const expected = model.scan(space, range);
  const what = `of ${spaceName(space)} with ${showRange(range)}`;
  expectEntries(entriesOf(reader, space, range), expected, `${who}: scan ${what}`);
}

export function showEntry(entry: Entry | undefined): string {
  return entry === undefined ? "missing" : `${show(entry[0])} → ${show(entry[1])}`;
}

function sameEntry(a: Entry, b: Entry): boolean {
  return (
    a[0] instanceof Uint8Array && a[1] instanceof Uint8Array && sameBytes(a[0], b[0]) && sameBytes(a[1], b[1])
  );
}
