/** Hot copies: the present state as a vault file of its own, while the store stays in use. */
import { type MaintenanceProgress, ModelVaultError } from "@modelvault/core";
import type { FilePort } from "../port/file-port.ts";
import { errnoOf } from "../port/io-error.ts";
import { nameBeside } from "../vault/create-file.ts";
import type { Image } from "../vault/image.ts";
import { writeImage } from "./write-image.ts";

/**
 * Writes a state, compacted, to a place where no file is. It appears there whole or not at all.
 * @throws argument_invalid when something is there already; store_io, store_full
 */
export function copyImage(
  port: FilePort,
  image: Image,
  destination: string,
  onProgress?: (progress: MaintenanceProgress) => void,
): void {
  if (port.stat(destination) !== undefined) throw taken(destination);
  const temporary = nameBeside(destination, "copy");
  const file = port.open(temporary, "create");
  try {
    try {
      writeImage(file, image.store, image.catalog, image.store.revision(), onProgress);
      file.syncData();
    } finally {
      file.close();
    }
    try {
      port.link(temporary, destination);
    } catch (error) {
      if (errnoOf(error) === "EEXIST") throw taken(destination);
      port.rename(temporary, destination);
    }
    port.syncFolderOf(destination);
  } finally {
    if (port.stat(temporary) !== undefined) port.remove(temporary);
  }
}

function taken(destination: string): ModelVaultError {
  return new ModelVaultError(
    "argument_invalid",
    `destination must be a place without a file; "${destination}" exists. Only restore replaces a vault, with { overwrite: true }.`,
    {
      argument: "destination",
      expected: "a place without a file",
      actual: destination,
    },
  );
}
