/** Codes of kind "io": calls that the medium refused. */
export const IO_CODES = {
  store_full: {
    kind: "io",
    meaning: "There is no room left on the medium; nothing of the write was kept.",
    details: ["path", "operation", "errno"],
    fault: "environment",
    retry: true,
  },
  store_io: {
    kind: "io",
    meaning: "The medium refused a call; `details.errno` says which error it gave.",
    details: ["path", "operation", "errno", "offset"],
    fault: "environment",
    retry: true,
  },
} as const;
