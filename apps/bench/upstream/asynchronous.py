"""The same probe as ../src/upstream/async-work.ts, on upstream's AsyncDatabase. Takes one JSON argument, prints one JSON line of figures."""
import asyncio
import gc
import json
import os
import sys
import time

import modelvault

job = json.loads(sys.argv[1])
with open(job["rows"]) as lines:
    rows = [{name: value for name, value in json.loads(line).items() if value is not None} for line in lines]
rows = rows[: job["rowCount"]]
ids = [row["id"] for row in rows]
path = os.path.join(job["folder"], "upstream.modelvault")

db = modelvault.Database.open(path)
db.register_collection("cities", json.dumps(job["fields"]), "id", json.dumps(job["indexes"]))
with db.transaction():
    for row in rows:
        db.insert("cities", row)
del db
gc.collect()


async def rate(work, each):
    """Operations a second of work that does `each` of them at a time, until the time is over."""
    start = time.perf_counter()
    done = 0
    while done == 0 or time.perf_counter() - start < job["secondsMax"]:
        await work(done)
        done += each
    return done / (time.perf_counter() - start)


async def longest_gap(work):
    """Longest time in which the loop did not come round while work was done, in milliseconds."""
    longest = 0.0
    going = True

    async def watch():
        nonlocal longest
        last = time.perf_counter()
        while going:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest = max(longest, now - last)
            last = now

    watching = asyncio.ensure_future(watch())
    await asyncio.sleep(0)
    await work()
    going = False
    await watching
    return longest * 1000


async def main():
    db = await modelvault.AsyncDatabase.open(path)

    async def get(at):
        row = await db.get("cities", ids[at % len(ids)])
        assert row["id"] == ids[at % len(ids)]

    async def insert(at):
        await db.insert("cities", {**rows[at % len(rows)], "id": job["newIds"] + at})

    def gathered(work, count):
        return lambda first: asyncio.gather(*(work(first + at) for at in range(count)))

    async def scan():
        found = await db.collection("cities").all()
        assert len(found) >= len(rows)

    async def many_gets():
        for _ in range(20):
            await gathered(get, 1000)(0)

    figures = {"getsTurn": await rate(get, 1)}
    for count in (40, 200, 1000):
        figures[f"gets{count}"] = await rate(gathered(get, count), count)
    figures["scanGapMs"] = await longest_gap(scan)
    figures["insertsTurn"] = await rate(insert, 1)
    job["newIds"] *= 2
    figures["inserts"] = await rate(gathered(insert, job["gathered"]), job["gathered"])
    job["newIds"] *= 2
    figures["insertGapMs"] = await longest_gap(lambda: gathered(insert, job["gathered"])(0))
    start = time.perf_counter()
    await many_gets()
    alone = time.perf_counter() - start
    start = time.perf_counter()
    await asyncio.gather(many_gets(), asyncio.sleep(alone))
    figures["overlap"] = (time.perf_counter() - start) / alone
    print(json.dumps({"figures": figures}))


asyncio.run(main())
