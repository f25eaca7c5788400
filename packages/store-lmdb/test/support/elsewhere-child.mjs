// A vault held open by a process of its own, driven by messages of the testkit. Runs on the built packages.
import { lmdbStore } from "@modelvault/store-lmdb";
import { serveStore } from "@modelvault/store-testkit";

const [path = ""] = process.argv.slice(2);
serveStore(() => lmdbStore(path).open(), {
  postMessage: (message) => process.send?.(message),
  on: (event, listener) => process.on(event, listener),
});
