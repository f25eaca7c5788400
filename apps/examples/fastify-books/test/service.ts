/** The service under test: the app on a free port with a vault of its own, or the whole program as a process; asked with fetch. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { expect } from "vitest";
import { buildApp } from "../src/app.ts";
import { AsyncCities } from "../src/cities.ts";
import { sampleCities } from "../src/data/cities.ts";
import { driverFor, openVault, type StoreName } from "../src/vault.ts";

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as they are
  readonly body: any;
  readonly headers: Headers;
}

/** A client of one server. */
export class Client {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async ask(method: string, path: string, body?: unknown, type = "application/json"): Promise<Answer> {
    const sent =
      body === undefined ? {} : { body: type === "application/json" ? JSON.stringify(body) : body };
    const streams = sent.body instanceof ReadableStream ? { duplex: "half" } : {};
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": type } }),
      ...sent,
      ...streams,
    } as RequestInit);
    const text = await response.text();
    const media = response.headers.get("content-type");
    const json = media !== null && /json(;|$)/.test(media) && !media.includes("ndjson");
    return {
      status: response.status,
      type: media,
      body: json ? JSON.parse(text) : text,
      headers: response.headers,
    };
  }

  get(path: string): Promise<Answer> {
    return this.ask("GET", path);
  }

  import(body: unknown, mode: "whole" | "chunks" = "whole"): Promise<Answer> {
    return this.ask("POST", `/cities/import?mode=${mode}`, body, "application/x-ndjson");
  }

  async count(): Promise<number> {
    return (await this.get("/health")).body.cities;
  }
}

export interface Place {
  readonly path: string;
  readonly store: StoreName;
  /** Checks the vault that is left behind, and removes it. */
  remove(): void;
}

export function newPlace(store: StoreName): Place {
  const folder = mkdtempSync(join(tmpdir(), "cities-"));
  const path = join(folder, `cities.${store}`);
  return {
    path,
    store,
    remove() {
      const db = Database.open(driverFor(store, path));
      try {
        expect(db.verify().problems).toEqual([]);
      } finally {
        db.close();
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** The app in this process. */
export async function serve(place: Place) {
  const cities = await AsyncCities.of(await openVault(place.store, place.path));
  const app = await buildApp({ cities, store: place.store });
  return { app, client: new Client(await app.listen({ port: 0, host: "127.0.0.1" })) };
}

/** The program, as built, in a process of its own. */
export class Program {
  readonly process: ChildProcess;
  output = "";
  readonly #exited: Promise<unknown[]>;

  constructor(place: Place, environment: Readonly<Record<string, string>> = {}) {
    const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
    this.process = spawn(process.execPath, [main], {
      env: { ...process.env, PORT: "0", STORE: place.store, VAULT: place.path, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#exited = once(this.process, "exit");
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on("data", (data: Buffer) => {
        this.output += String(data);
      });
  }

  /** Waits until it says something. */
  async says(text: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = text.exec(this.output);
      if (found !== null) return found;
      if (this.process.exitCode !== null) throw new Error(`It ended: ${this.output}`);
      await Promise.race([
        once(this.process.stdout as NonNullable<ChildProcess["stdout"]>, "data"),
        this.#exited,
      ]);
    }
  }

  async client(): Promise<Client> {
    const [, url] = await this.says(/listening on (\S+)/);
    return new Client(url as string);
  }

  /** Its exit code, or the signal that ended it. */
  async exit(): Promise<unknown> {
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }
}

/** The first cities of the data set, whole. */
export const someCities = sampleCities
  .slice(0, 3_000)
  .map((city) => ({ ...city, region: city.region ?? null, population: city.population ?? 0 }));

export function lines(cities: readonly object[]): string {
  return cities.map((city) => `${JSON.stringify(city)}\n`).join("");
}

export const atlantis = {
  id: 99_000_001,
  name: "Atlantis",
  country: "GR",
  region: null,
  feature: "PPL",
  population: 12,
  location: { lat: 31, lon: -24 },
};
