"""The same work as ../src/upstream/work.ts, done by upstream's engine. Takes one JSON argument, prints one JSON line of figures."""
import gc
import json
import os
import sys
import time

import modelvault

job = json.loads(sys.argv[1])


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rate(work, most, seconds_max):
    """Calls a second of a call that gets its number; the time may run out before the calls do."""
    start = time.perf_counter()
    done = 0
    while done < most and (done == 0 or time.perf_counter() - start < seconds_max):
        work(done)
        done += 1
    return done / (time.perf_counter() - start)


with open(job["rows"]) as lines:
    rows = [{name: value for name, value in json.loads(line).items() if value is not None} for line in lines]
more = rows[-job["commits"] :]
path = os.path.join(job["folder"], "upstream.modelvault")


def opened():
    return modelvault.Database.open(path)


def register(db):
    db.register_collection("cities", json.dumps(job["fields"]), "id", json.dumps(job["indexes"]))


def commit(db, first):
    def insert(at):
        db.insert("cities", {**more[at], "id": first + at})

    return insert


figures = {}
db = opened()
register(db)
figures["commitsEmpty"] = rate(commit(db, job["newIds"]), job["commits"], job["secondsMax"])
del db
gc.collect()
os.remove(path)

db = opened()
register(db)


def fill():
    with db.transaction():
        for row in rows:
            db.insert("cities", row)


figures["insertRate"] = len(rows) / seconds(fill)
figures["fileBytes"] = os.path.getsize(path)
del db
gc.collect()


def open_and_get():
    global db
    db = opened()
    assert db.get("cities", rows[0]["id"])["name"] == rows[0]["name"]


figures["openSeconds"] = seconds(open_and_get)
figures["commitsFull"] = rate(commit(db, 2 * job["newIds"]), job["commits"], job["secondsMax"])
answer = []


def range_query(at):
    global answer
    low = job["low"] + at % 7
    found = db.collection("cities").gte_where("population", low).lt_where("population", job["high"])
    answer = found.order_by("population").limit(20).all()


figures["rangeRate"] = rate(range_query, 2000, job["secondsMax"])
range_query(0)
populations = [row["population"] for row in answer]
figures["compactSeconds"] = seconds(db.compact)
figures["compactBytes"] = os.path.getsize(path)
print(json.dumps({"figures": figures, "populations": populations}))
