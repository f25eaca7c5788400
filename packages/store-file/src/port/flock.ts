/**
 * BSD `flock`, which upstream takes and Node does not offer: called in the C library through koffi, whose binaries come
 * inside its npm packages. Where there is no flock (Windows) or koffi cannot be loaded, the answer is "unsupported" and
 * the driver falls back on a file that names the holder's pid, which upstream does not see.
 */
import { createRequire } from "node:module";
import { constants } from "node:os";

const LOCK_SHARED = 1;
const LOCK_EXCLUSIVE = 2;
const LOCK_NO_WAIT = 4;

type Call = (fd: number, operation: number) => number;

interface Native {
  readonly call: Call;
  readonly errno: () => number;
}

let native: Native | undefined;
let tried = false;

/** False when another holder has a conflicting lock. Throws what else the system call reports. */
export function flock(fd: number, kind: "shared" | "exclusive"): boolean | "unsupported" {
  const functions = load();
  if (functions === undefined) return "unsupported";
  const operation = (kind === "shared" ? LOCK_SHARED : LOCK_EXCLUSIVE) | LOCK_NO_WAIT;
  for (;;) {
    if (functions.call(fd, operation) === 0) return true;
    const errno = functions.errno();
    if (errno === constants.errno.EWOULDBLOCK || errno === constants.errno.EAGAIN) return false;
    if (errno === constants.errno.EINTR) continue;
    if (errno === constants.errno.ENOSYS || errno === constants.errno.EOPNOTSUPP) return "unsupported";
    const name =
      Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    throw Object.assign(new Error(`flock failed with ${name}`), { code: name, errno, syscall: "flock" });
  }
}

function load(): Native | undefined {
  if (tried) return native;
  tried = true;
  if (process.platform === "win32") return undefined;
  try {
    const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
    const call = koffi.load(null).func("int flock(int fd, int operation)") as Call;
    native = { call, errno: () => koffi.errno() };
  } catch {
    native = undefined;
  }
  return native;
}
