/** What an adapter to one schema library is. */
import type { CollectedPatterns } from "./patterns.ts";

/** Which of a schema's two types is described: what it takes or what it gives. */
export type Side = "input" | "output";

/** What is known of one library beyond the standard. */
export interface VendorAdapter {
  /** Options that make the library write our keywords where JSON Schema has none. Patterns that it tells of go to `patterns`. */
  readonly options: (patterns: CollectedPatterns, side: Side) => Record<string, unknown>;
  /** Collects patterns that the schema itself tells of. */
  readonly inspect?: (schema: unknown, patterns: CollectedPatterns) => void;
  /** Whether a pattern that was not told of has no flags, rather than unknown ones. */
  readonly plainPatterns: boolean;
}
