import { memoryStore } from "@modelvault/core";
import { it } from "vitest";
import { compareProgram, signatureOf } from "../../src/parity/compare.ts";
import { makeProgram } from "../../src/parity/generate/program.ts";
import { describeOutcome } from "../../src/parity/outcome.ts";

it("tries", async () => {
  const harness = { name: "memory", newLocation: () => ({}), open: () => memoryStore().open(), dispose: () => undefined };
  const n = Number(process.env.N ?? 200), s0 = Number(process.env.S ?? 0);
  const seen = new Map<string, number>(); const kinds = new Map<string, number>();
  let ops = 0; const t = process.cpuUsage();
  for (let s = s0; s < s0 + n; s++) {
    const program = makeProgram(s);
    let result;
    try { result = await compareProgram(program, [harness]); } catch (e) { console.log("seed", s, e); break; }
    const { entries, difference } = result;
    ops += entries.length;
    for (const e of entries) { const o: any = e.outcome; const k = e.step + " " + ("value" in o ? "ok" : "unknown" in o ? "?" : o.codes.length > 1 ? "several" : o.codes[0]); kinds.set(k, (kinds.get(k) ?? 0) + 1); }
    if (difference) {
      const sig = signatureOf(difference);
      const c = (seen.get(sig) ?? 0) + 1; seen.set(sig, c);
      if (c <= 2 && seen.size <= Number(process.env.M ?? 6)) {
        let step: any = undefined; let list: any = program.steps;
        for (const p of difference.at.replace("end ", "").split(".")) { step = list?.[Number(p)]; list = step?.body ?? step?.change?.run; }
        const name = step?.in;
        console.log("seed", s, difference.driver, difference.at, sig, "\n step", JSON.stringify(step), "\n expected", describeOutcome(difference.expected), "\n actual  ", describeOutcome(difference.actual));
      }
    }
  }
  console.log([...seen].sort((a, b) => b[1] - a[1]).slice(0, 30));
  const u = process.cpuUsage(t);
  console.log("programs", n, "ops", ops, "cpu s", (u.user + u.system) / 1e6);
  if (process.env.K) console.log([...kinds].sort().map(([k, v]) => `${k}: ${v}`).join("\n"));
});
