// Both engines on one file, in turns: random schemas and steps, and after every turn both are held to the model.
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { applyOurs, checkOurs, checkTheirs, expect, ModelCollection } from "./model.mjs";
import { Random, randomSchema } from "./random.mjs";

/** @typedef {{ upstream: import("./upstream.mjs").Upstream, place: (name: string) => string }} Setting */

/**
 * @param {Setting} setting
 * @param {number} seed
 * @param {number} turns
 */
export async function inTurns({ upstream, place }, seed, turns) {
  const random = new Random(seed);
  const path = place(`turns-${seed}`);
  /** @type {ModelCollection[]} */
  const models = [];
  /** @type {ModelCollection[]} Dropped by us; upstream sees them empty. */
  const gone = [];
  /** @type {Set<string>} Names that upstream knows. */
  const known = new Set(["__modelvault__"]);
  for (let turn = 0; turn < turns; turn++) {
    const ours = (turn + seed) % 2 === 0;
    if (ours) ourTurn(path, models, gone, random);
    else await theirTurn(upstream, path, models, known, random);
    // Each reads what the other has written, in its strict mode.
    await upstream.call("open", { path, recovery: "strict" });
    for (const model of models) model.theirName ??= await newName(upstream, known);
    for (const model of models) await checkTheirs(upstream, model, random);
    for (const { theirName, fields } of gone) {
      const rows = await upstream.call("dump", { name: theirName, fields });
      expect(rows.length === 0, `upstream sees rows of ${theirName}, which we dropped`);
    }
    await upstream.call("close");
    const db = Database.open(fileStore(path, { recovery: "strict" }), { integers: "bigint" });
    try {
      const names = models.map(({ name }) => name).sort();
      expect(
        db.collectionNames().sort().join() === names.join(),
        `we have ${db.collectionNames()}, not ${names}`,
      );
      for (const model of models) checkOurs(db, model, random);
      const { problems } = db.verify();
      expect(problems.length === 0, `our verify says ${JSON.stringify(problems.slice(0, 3))}`);
    } finally {
      db.close();
    }
  }
}

/** The one name that upstream did not know. @param {import("./upstream.mjs").Upstream} upstream @param {Set<string>} known @returns {Promise<string>} */
async function newName(upstream, known) {
  const [name, ...more] = (await upstream.call("names", {})).filter(
    (/** @type {string} */ each) => !known.has(each),
  );
  expect(name !== undefined && more.length === 0, `upstream has the new names ${name}, ${more}`);
  known.add(name);
  return name;
}

/** @param {ModelCollection[]} models a name that we have no collection of @returns {string} */
function freeName(models) {
  const names = models.map(({ name }) => name);
  return /** @type {string} */ (["c0", "c1", "c2", "c3"].find((name) => !names.includes(name)));
}

/** @param {string} path @param {ModelCollection[]} models @param {ModelCollection[]} gone @param {Random} random */
function ourTurn(path, models, gone, random) {
  const db = Database.open(fileStore(path), { integers: "bigint" });
  try {
    if (models.length > 1 && random.chance(0.25)) {
      const [model] = models.splice(random.below(models.length), 1);
      if (model !== undefined) {
        expect(db.dropCollection(model.name).rows === model.rows.size, "rows of a dropped collection");
        gone.push(model);
      }
    }
    if (models.length > 0 && random.chance(0.25)) {
      const model = random.pick(models);
      const name = freeName(models);
      db.renameCollection(model.name, name);
      model.name = name;
    }
    if (models.length < 3) {
      const model = new ModelCollection(freeName(models), randomSchema(random));
      models.push(model);
      db.register({
        name: model.name,
        primaryKey: model.primary,
        fields: model.fields,
        indexes: model.indexes,
      });
    }
    for (let round = 0; round < 3; round++) {
      const model = random.pick(models);
      applyOurs(db, model, model.randomSteps(random, 1 + random.below(12)), random.chance(0.5));
    }
    if (random.chance(0.3)) {
      const model = random.pick(models);
      model.grow(random);
      db.registerVersion(model.name, { fields: model.fields });
      applyOurs(db, model, model.randomSteps(random, 3), true);
    }
    if (random.chance(0.25)) {
      const model = random.pick(models);
      // A required field with a value for every row: what makes old records invalid for upstream.
      const name = `r${model.fields.length}`;
      const field = { path: [name], type: "int64" };
      model.fields = [...model.fields, field];
      db.registerVersion(
        model.name,
        { fields: model.fields },
        {
          accept: "migration",
          rewrite: (row) => ({ ...row, [name]: 7n }),
        },
      );
      for (const [key, row] of model.rows) model.rows.set(key, { ...row, [name]: { int64: "7" } });
    }
    if (random.chance(0.3)) db.checkpoint();
    if (random.chance(0.2)) db.compact();
  } finally {
    db.close();
  }
}

/** @param {import("./upstream.mjs").Upstream} upstream @param {string} path @param {ModelCollection[]} models @param {Set<string>} known @param {Random} random */
async function theirTurn(upstream, path, models, known, random) {
  await upstream.call("open", { path, recovery: "strict" });
  if (models.length < 3) {
    const name = `t${known.size}`;
    const model = new ModelCollection(name, randomSchema(random));
    model.theirName = name;
    known.add(name);
    models.push(model);
    await upstream.call("register", {
      name,
      primary: model.primary,
      fields: model.fields,
      indexes: model.indexes,
    });
  }
  for (let round = 0; round < 3; round++) {
    const model = random.pick(models);
    const steps = model.randomSteps(random, 1 + random.below(12));
    await upstream.call("apply", { name: model.theirName, steps, transaction: random.chance(0.5) });
  }
  const growing = random.pick(models);
  // Over nested paths upstream makes a file that it cannot open again (B2).
  if (random.chance(0.3) && !growing.nested) {
    growing.grow(random);
    await upstream.call("version", {
      name: growing.theirName,
      fields: growing.fields,
      indexes: growing.indexes,
    });
  }
  if (random.chance(0.3)) await upstream.call("checkpoint");
  if (random.chance(0.2)) await upstream.call("compact");
  await upstream.call("close");
}
