/** What clients ask for under load. */
import { sampleCities } from "../data/cities.ts";

export interface Workload {
  readonly about: string;
  readonly connections: number;
  /** Asked by one more connection meanwhile; only the others are measured. */
  readonly beside?: string;
  /** The n-th request. */
  readonly request: (n: number) => { method: string; path: string; body?: string };
}

/** No index knows latitudes, and few cities lie there: every city is looked at. */
const SLOW = "/cities?south=69&north=69.2&limit=20";

/** New in every run. */
const FIRST_ID = Date.now() * 1_000;

function idOf(n: number): number {
  return sampleCities[(n * 7919) % sampleCities.length]?.id ?? 1;
}

const read = (n: number) => ({ method: "GET", path: `/cities/${idOf(n)}` });

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  read: { about: "a city by id", connections: 50, request: read },
  list: {
    about: "the 20 largest cities of a country",
    connections: 50,
    request: (n) => ({ method: "GET", path: `/cities?country=${sampleCities[n % 1_000]?.country}` }),
  },
  create: {
    about: "a new city, durable",
    connections: 50,
    request: (n) => ({
      method: "POST",
      path: "/cities",
      body: JSON.stringify({ ...sampleCities[n % sampleCities.length], id: FIRST_ID + n }),
    }),
  },
  mixed: {
    about: "nine reads to one durable write",
    connections: 50,
    request: (n) =>
      n % 10 > 0
        ? read(n)
        : { method: "PATCH", path: `/cities/${idOf(n)}`, body: JSON.stringify({ population: n }) },
  },
  "read-beside-scan": {
    about: "a city by id, while another client's query looks at every city",
    connections: 50,
    beside: SLOW,
    request: read,
  },
};
