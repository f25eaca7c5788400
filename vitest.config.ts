// One run for the whole workspace: `npx vitest run packages/core/test/keys` from the root picks a room.
// Packages resolve to their sources, so that no test needs a build.
import { defineConfig } from "vitest/config";

// What Vite resolves by on a server, with ours in front.
const conditions = ["modelvault-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/**/test/**/*.test.ts", "tools/test/**/*.test.mjs"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    allowOnly: false,
    // By default one processor is left idle, which is half of a machine with two.
    maxWorkers: "100%",
    // A time-out is there to end a test that hangs, not to measure one: property tests on a busy machine are slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
