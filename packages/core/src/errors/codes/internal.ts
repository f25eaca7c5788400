/** Codes of kind "internal": defects of ModelVault itself. */
export const INTERNAL_CODES = {
  internal: {
    kind: "internal",
    meaning: "ModelVault met a state it thought impossible. Please report it.",
    details: ["sentence"],
    fault: "modelvault",
    retry: false,
  },
} as const;
