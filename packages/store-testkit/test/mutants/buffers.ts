/** Mutants that keep what is the caller's, or hand out what is theirs. */
import type { KeyRange, Keyspace, StoreEntry, StoreReader } from "@modelvault/core";
import {
  aliveCheck,
  hexOf,
  lastOf,
  type Mutant,
  misreader,
  miswriter,
  mutant,
  type Parts,
  recording,
  scanOf,
  type Written,
} from "./mutant.ts";

/** A transaction that looks at the caller's buffers once more when it commits. */
function looksAgain(
  name: string,
  repair: (
    put: {
      store(space: Keyspace, key: Uint8Array, value: Uint8Array): void;
      remove(space: Keyspace, key: Uint8Array): void;
    },
    written: Written,
  ) => void,
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return miswriter(
    name,
    (transaction) =>
      recording(transaction, (all) => {
        const put = {
          store: transaction.put.bind(transaction),
          remove: transaction.delete.bind(transaction),
        };
        for (const written of all) repair(put, written);
      }),
    caughtBy,
    model,
  );
}

const changed = (given: Uint8Array | undefined, copy: Uint8Array | undefined): boolean =>
  given !== undefined && copy !== undefined && hexOf(given) !== hexOf(copy);

/** Bounds that are compared with at each step, in the caller's own buffers. */
function keepsBounds(reader: StoreReader): Partial<StoreReader> {
  return {
    scan: (space, range: KeyRange = {}) => {
      reader.scan(space, range);
      const all = [...reader.scan({ ...space }, range.reverse ? { reverse: true } : {})];
      function* inside(): Generator<StoreEntry> {
        for (const entry of all) {
          const [key] = entry;
          const low =
            (!range.gt || Buffer.compare(key, range.gt) > 0) &&
            (!range.gte || Buffer.compare(key, range.gte) >= 0);
          const high =
            (!range.lt || Buffer.compare(key, range.lt) < 0) &&
            (!range.lte || Buffer.compare(key, range.lte) <= 0);
          if (low && high) yield entry;
        }
      }
      return scanOf(inside(), aliveCheck(reader));
    },
  };
}

/** Writes each answer into the same bytes as the answer before, where it has the same length. */
function oneBuffer(
  slot: (space: Keyspace, key: Uint8Array) => string,
  slots: Map<string, Uint8Array> = new Map(),
): (reader: StoreReader) => Partial<StoreReader> {
  return (reader) => ({
    get: (space, key) => {
      const value = reader.get(space, key);
      if (value === undefined) return undefined;
      const name = slot(space, key);
      const buffer = slots.get(name);
      if (buffer?.length !== value.length) {
        slots.set(name, value);
        return value;
      }
      buffer.set(value);
      return buffer;
    },
  });
}

/** Fills what was handed out with zeros at some end. */
function fading(at: "snapshot" | "transaction" | "store"): () => Parts {
  return () => {
    let handed: Uint8Array[] = [];
    const keep = <T extends Uint8Array | undefined>(bytes: T): T => {
      if (bytes) handed.push(bytes);
      return bytes;
    };
    const fade = (): void => {
      for (const bytes of handed) bytes.fill(0);
      handed = [];
    };
    return {
      read: (reader, kind) => (kind === at ? { get: (space, key) => keep(reader.get(space, key)) } : {}),
      ...(at === "snapshot" && {
        snapshot: (snapshot) => ({ close: () => lastOf(snapshot.close(), fade()) }),
      }),
      ...(at === "transaction" && {
        transaction: (transaction) => ({
          abort: () => lastOf(transaction.abort(), fade()),
          commit: () => {
            const returned = transaction.commit();
            fade();
            return returned;
          },
        }),
      }),
      ...(at === "store" && { store: (store) => ({ close: () => lastOf(store.close(), fade()) }) }),
    };
  };
}

export const bufferMutants: readonly Mutant[] = [
  looksAgain(
    "keeps the caller's value buffer until commit",
    (put, { space, keyCopy, value, valueCopy }) => {
      if (value && changed(value, valueCopy)) put.store(space, keyCopy, Uint8Array.from(value));
    },
    [
      "buffers: the caller may reuse the value buffer after put",
      "buffers: a view into a larger buffer stores its own bytes only",
    ],
    true,
  ),
  looksAgain(
    "keeps the caller's key buffer until commit",
    (put, { space, key, keyCopy, value, valueCopy }) => {
      if (!value || !valueCopy || !changed(key, keyCopy)) return;
      put.remove(space, keyCopy);
      put.store(space, Uint8Array.from(key), valueCopy);
    },
    ["buffers: the caller may reuse the key buffer after put"],
    true,
  ),
  looksAgain(
    "keeps the buffer of a deleted key until commit",
    (put, { space, key, keyCopy, value }) => {
      if (!value && changed(key, keyCopy)) put.remove(space, Uint8Array.from(key));
    },
    ["buffers: the caller may reuse the key buffer after delete"],
  ),
  looksAgain(
    "copies with slice, which copies nothing of a Buffer",
    (put, { space, keyCopy, value, valueCopy }) => {
      if (Buffer.isBuffer(value) && changed(value, valueCopy))
        put.store(space, keyCopy, Uint8Array.from(value));
    },
    ["buffers: the caller may reuse the value buffer after put"],
  ),
  mutant(
    "keeps the caller's value buffer after commit",
    {
      parts: () => {
        const given = new Map<string, Uint8Array>();
        return {
          transaction: (transaction) => ({
            put: (space, key, value) => {
              transaction.put(space, key, value);
              given.set(hexOf(key), value);
            },
          }),
          read: (reader, kind) =>
            kind === "store"
              ? {
                  get: (space, key) => {
                    const value = reader.get(space, key);
                    const own = given.get(hexOf(key));
                    return value && own?.length === value.length ? Uint8Array.from(own) : value;
                  },
                }
              : {},
        };
      },
    },
    ["buffers: the caller may reuse the value buffer after commit"],
  ),
  miswriter(
    "stores the whole buffer behind a view",
    (transaction) => ({
      put: (space, key, value) =>
        transaction.put(
          space,
          key,
          value.byteLength < value.buffer.byteLength && value.buffer.byteLength < 2000
            ? new Uint8Array(value.buffer)
            : value,
        ),
    }),
    ["buffers: a view into a larger buffer stores its own bytes only"],
  ),
  misreader(
    "remembers answers by the key's buffer",
    (reader) => {
      const answers = new Map<Uint8Array, Uint8Array | undefined>();
      return {
        get: (space, key) => {
          if (!answers.has(key)) answers.set(key, reader.get(space, key));
          return answers.get(key);
        },
      };
    },
    ["buffers: the caller may reuse the key buffer after get and getMany"],
  ),
  misreader("compares with the caller's bounds at every step", keepsBounds, [
    "buffers: the caller may reuse the buffers of bounds during a scan",
  ]),
  misreader(
    "remembers the keyspace of a scan by its object",
    (reader) => ({
      scan: (space, range) => {
        reader.scan(space, range);
        function* later(): Generator<StoreEntry> {
          yield* reader.scan(space, range);
        }
        return scanOf(later(), aliveCheck(reader));
      },
    }),
    ["keyspaces: a keyspace object is known by its content"],
  ),
  mutant(
    "hands out the caller's own buffer in its transaction",
    {
      parts: () => ({
        transaction: (transaction) => {
          const given = new Map<string, Uint8Array>();
          return {
            put: (space, key, value) => {
              transaction.put(space, key, value);
              given.set(hexOf(key), value);
            },
            get: (space, key) => {
              const value = transaction.get(space, key);
              return value && (given.get(hexOf(key)) ?? value);
            },
          };
        },
      }),
      model: true,
    },
    [
      "buffers: bytes handed out are not the ones the caller passed",
      "buffers: the caller may reuse the value buffer after put",
    ],
  ),

  mutant(
    "writes a commit into the bytes it has handed out",
    {
      parts: () => {
        const slots = new Map<string, Uint8Array>();
        return {
          read: (reader, kind) => (kind === "store" ? oneBuffer((_, key) => hexOf(key), slots)(reader) : {}),
          transaction: (transaction) => ({
            put: (space, key, value) => {
              transaction.put(space, key, value);
              const slot = slots.get(hexOf(key));
              if (slot && slot.length === value.length) slot.set(value);
            },
          }),
        };
      },
    },
    ["buffers: bytes handed out stay, whatever is committed later"],
  ),
  miswriter(
    "writes a put into the bytes its transaction has handed out",
    (transaction) => {
      const slots = new Map<string, Uint8Array>();
      return {
        ...oneBuffer((_, key) => hexOf(key), slots)(transaction),
        put: (space, key, value) => {
          transaction.put(space, key, value);
          const slot = slots.get(hexOf(key));
          if (slot && slot.length === value.length) slot.set(value);
        },
      };
    },
    ["buffers: bytes handed out by a transaction stay, whatever it writes later and however it ends"],
  ),
  mutant("clears what a snapshot handed out when it is closed", { parts: fading("snapshot") }, [
    "buffers: bytes handed out by a snapshot stay after it is closed",
  ]),
  mutant("clears what a transaction handed out when it is over", { parts: fading("transaction") }, [
    "buffers: bytes handed out by a transaction stay, whatever it writes later and however it ends",
  ]),
  mutant("clears what a store handed out when it is closed", { parts: fading("store") }, [
    "buffers: bytes handed out stay after the store is closed",
  ]),
  misreader(
    "fills one buffer at every step of a scan",
    (reader) => ({
      scan: (space, range) => {
        const page = new Uint8Array(2 ** 22);
        function* steps(): Generator<StoreEntry> {
          for (const [key, value] of [...reader.scan(space, range)]) {
            page.set(value);
            yield [key, page.subarray(0, value.length)];
          }
        }
        reader.scan(space, range);
        return scanOf(steps(), aliveCheck(reader));
      },
    }),
    ["buffers: each step of a scan hands out bytes of its own"],
  ),
  mutant("fills one buffer at every get", { parts: () => ({ read: oneBuffer(() => "") }), model: false }, [
    "buffers: two calls do not hand out one buffer that the next call fills",
  ]),
  miswriter(
    "loses bytes of its own that are put back",
    (transaction) => {
      const own = new WeakSet<Uint8Array>();
      return {
        scan: (space, range) =>
          scanOf(
            [...transaction.scan(space, range)].map((entry) => lastOf(own.add(entry[1]), entry)),
            aliveCheck(transaction),
          ),
        put: (space, key, value) =>
          transaction.put(space, key, own.has(value) ? new Uint8Array(value.length) : value),
      };
    },
    ["buffers: bytes handed out can be put under another key"],
  ),
];
