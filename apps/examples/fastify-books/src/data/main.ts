/** Prints every city as a line of JSON: `npm run data | curl --data-binary @- -H 'content-type: application/x-ndjson' …/cities/import`. */
import { Readable } from "node:stream";
import { asLines, sampleCities } from "./cities.ts";

Readable.from(asLines(sampleCities)).pipe(process.stdout);
