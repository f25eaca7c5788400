// A vault followed by a process of its own, driven by messages of the testkit. Runs on the built packages.
import { fileStore } from "@modelvault/store-file";
import { serveStore } from "@modelvault/store-testkit";
import { bridge } from "./schema-bridge.mjs";

const [path = ""] = process.argv.slice(2);

/** A follower that looks for new commits before every read. */
function open() {
  const driver = fileStore(path, { mode: "follow" });
  const store = bridge(driver.open());
  /** @template {readonly unknown[]} A @template R @param {(...args: A) => R} read @returns {(...args: A) => R} */
  const fresh =
    (read) =>
    (...args) => {
      driver.refresh();
      return read(...args);
    };
  return {
    ...store,
    get: fresh(store.get),
    scan: fresh(store.scan),
    count: fresh(store.count),
    snapshot: fresh(store.snapshot),
    revision: fresh(store.revision),
  };
}

serveStore(open, {
  postMessage: (message) => process.send?.(message),
  on: (event, listener) => process.on(event, listener),
});
