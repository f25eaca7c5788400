// Holds a vault for writing without flock, as on a platform that has none, until it is told to go. Runs on the built package.
import { checkFileOptions } from "../../dist/options.js";
import { nodePortWith } from "../../dist/port/node-port.js";
import { Vault } from "../../dist/vault/vault.js";

const [path = ""] = process.argv.slice(2);
try {
  const port = nodePortWith(() => "unsupported");
  const vault = Vault.open(port, path, checkFileOptions(path, {}), new Date());
  process.send?.({ held: true });
  process.on("message", () => {
    vault.close();
    process.disconnect();
  });
} catch (error) {
  process.send?.({ code: /** @type {{ code?: string }} */ (error).code });
  process.disconnect();
}
