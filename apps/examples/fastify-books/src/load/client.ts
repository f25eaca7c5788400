/** The side that asks, in a process of its own: `client.js URL WORKLOAD SECONDS`, result to the parent. */
import autocannon from "autocannon";
import { WORKLOADS } from "./workloads.ts";

const [url = "", name = "", seconds = "5"] = process.argv.slice(2);
const workload = WORKLOADS[name];
if (workload === undefined) throw new Error(`There is no workload "${name}".`);

let n = 0;
const duration = Number(seconds);
const measured = autocannon({
  url,
  connections: workload.connections,
  duration,
  requests: [
    {
      setupRequest: (request) => {
        const next = workload.request(n++);
        const headers = next.body === undefined ? {} : { "content-type": "application/json" };
        return { ...request, ...next, headers: { ...request.headers, ...headers } };
      },
    },
  ],
});
const beside =
  workload.beside === undefined
    ? undefined
    : autocannon({ url, connections: 1, duration, requests: [{ method: "GET", path: workload.beside }] });

const [result, other] = await Promise.all([measured, beside]);
process.send?.({ ...result, beside: other?.["2xx"] });
