// One run for the whole workspace: `npx vitest run packages/core/test/keys` from the root picks a room.
// Packages resolve to their sources, so that no test needs a build.
import { defineConfig } from "vitest/config";

const conditions = ["modelvault-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/**/test/**/*.test.ts", "tools/test/**/*.test.{ts,mjs}"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    environment: "node",
    passWithNoTests: false,
    allowOnly: false,
    restoreMocks: true,
  },
});
