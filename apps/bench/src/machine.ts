/** What the figures were measured on. */
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Mean number of processes that wanted to run in the minute before: other work spoils figures. */
  readonly loadBefore: number;
  /** Versions of everything measured. */
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(node: string, versions: Readonly<Record<string, string>>): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node,
    loadBefore: loadavg()[0] ?? 0,
    versions,
  };
}

export function machineLines(machine: Machine): string {
  const { cpu, cores, memoryGiB, system, node, versions, loadBefore } = machine;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const busy =
    loadBefore > 0.5
      ? `\nThe machine was busy before (load ${loadBefore.toFixed(1)}): figures are rough.`
      : "";
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}\n${list.join(", ")}${busy}`;
}
