/** What LMDB tells of an environment: sizes of the tree, of the file and of the map, and who reads. */
import type { NativeDbi, NativeEnv, NativeTreeFigures, NativeTxn } from "./addon.ts";
import { lmdbError } from "./codes.ts";

export interface EnvironmentFigures {
  /** Room in the address space, not in memory and not in the file. */
  readonly mapBytes: number;
  readonly pageBytes: number;
  readonly pagesUsed: number;
  /** Pages of the file that may be written again, or will be when the readers that still see them have ended. */
  readonly pagesFree: number;
  readonly treeDepth: number;
  readonly entries: number;
  /** Read transactions open now, of all processes. */
  readonly readers: number;
  readonly readersMax: number;
}

/** Each is a page, and never moves. */
const META_PAGES = 2;

/** Lines of `mdb_reader_list`: pid, thread and transaction, "-" for a place that is kept without one. @param pid of one process only */
function readerTransactions(lines: readonly string[], pid?: number): number[] {
  return lines.flatMap((line) => {
    const [, owner, transaction] = /^\s*(\d+)\s+\S+\s+(\d+)\s*$/.exec(line) ?? [];
    return transaction === undefined || (pid !== undefined && Number(owner) !== pid)
      ? []
      : [Number(transaction)];
  });
}

export class Figures {
  readonly #env: NativeEnv;
  readonly #dbi: NativeDbi;
  readonly #path: string;
  readonly #newTxn: () => NativeTxn;
  #pageBytes = 0;

  /** @param newTxn a read transaction at the last commit */
  constructor(env: NativeEnv, dbi: NativeDbi, path: string, newTxn: () => NativeTxn) {
    this.#env = env;
    this.#dbi = dbi;
    this.#path = path;
    this.#newTxn = newTxn;
  }

  /** Of the state of the open write transaction, or of the last commit. */
  all(): EnvironmentFigures {
    const txn = this.#newTxn();
    try {
      const { mapSize, lastPageNumber, maxReaders } = this.#env.info();
      const trees = [this.#dbi.stat(), this.#env.freeStat()];
      const pagesUsed = trees.reduce(
        (sum, tree) => sum + tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages,
        META_PAGES,
      );
      const [tree] = trees as [NativeTreeFigures];
      return {
        mapBytes: mapSize,
        pageBytes: tree.pageSize,
        pagesUsed,
        pagesFree: Math.max(0, lastPageNumber + 1 - pagesUsed),
        treeDepth: tree.treeDepth,
        entries: tree.entryCount,
        readersMax: maxReaders,
        readers: readerTransactions(this.#env.readerList()).length - 1,
      };
    } catch (error) {
      throw lmdbError(error, this.#path, "read");
    } finally {
      txn.abort();
    }
  }

  pageBytes(): number {
    this.#pageBytes ||= this.#dbi.stat().pageSize;
    return this.#pageBytes;
  }

  /** Pages of the tree, as the open write transaction has it. */
  treePages(): number {
    const tree = this.#dbi.stat();
    return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
  }

  /** The newest state that a read transaction of this process shows. */
  newestReader(): number {
    return Math.max(-1, ...readerTransactions(this.#env.readerList(), process.pid));
  }

  /** Whether a read transaction, of whatever process, shows a state before the last commit. */
  hasOldReaders(): boolean {
    const { lastTxnId } = this.#env.info();
    return readerTransactions(this.#env.readerList()).some((id) => id < lastTxnId);
  }
}
