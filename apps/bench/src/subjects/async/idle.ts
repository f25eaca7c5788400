/** Nothing at all, for as long as a scan or a large insert may take: how late the machine itself lets timers be. */
import { setTimeout as wait } from "node:timers/promises";
import type { SubjectKind } from "../subject.ts";
import type { AsyncSubject } from "./async-subject.ts";

const IDLE_MS = 500;

const idleSubject: AsyncSubject = {
  insert: () => wait(IDLE_MS),
  commit: async () => undefined,
  delete: async () => undefined,
  get: async () => undefined,
  countNamed: async () => 0,
  scan: () => wait(IDLE_MS),
  close: async () => undefined,
};

export const idle: SubjectKind = {
  name: "idle",
  ours: false,
  durable: false,
  persistent: false,
  validates: false,
  about: "waits, for comparison",
  versions: () => ({}),
  asynchronous: { open: async () => idleSubject, idle: true },
};
