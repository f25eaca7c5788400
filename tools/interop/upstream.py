"""Upstream's engine behind one JSON message a line, for interop.mjs. Values are typed as in the golden files."""
import gc
import json
import struct
import sys
import uuid

import modelvault

state = {"db": None}


def typed(value, kind):
    if value is None:
        return None
    if isinstance(kind, dict):
        if "optional" in kind:
            return typed(value, kind["optional"])
        if "list" in kind:
            return {"list": [typed(item, kind["list"]) for item in value]}
        if "object" in kind:
            return {"object": {f["path"][0]: typed(value.get(f["path"][0]), f["type"]) for f in kind["object"]}}
        return {"enum": value}
    if kind == "float64":
        return {kind: struct.pack(">d", value).hex()}
    if kind == "bytes":
        return {kind: bytes(value).hex()}
    if kind in ("int64", "uint64", "timestamp"):
        return {kind: str(int(value))}
    if kind == "uuid":
        return {kind: str(value)}
    return {kind: value}


def typed_row(row, fields):
    out = {}
    for field in fields:
        value = row
        for segment in field["path"]:
            value = None if value is None else value.get(segment)
        target = out
        for segment in field["path"][:-1]:
            target = target.setdefault(segment, {"object": {}})["object"]
        target[field["path"][-1]] = typed(value, field["type"])
    return out


def plain(value):
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind in ("int64", "uint64", "timestamp"):
        return int(content)
    if kind == "float64":
        return struct.unpack(">d", bytes.fromhex(content))[0]
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "uuid":
        return uuid.UUID(content)
    if kind == "list":
        return [plain(item) for item in content]
    if kind == "object":
        return {name: plain(item) for name, item in content.items()}
    return content


def plain_row(row):
    return {name: plain(value) for name, value in row.items() if value is not None}


def run(call):
    command = call["cmd"]
    db = state["db"]
    if command == "open":
        options = {"recovery": call["recovery"]} if "recovery" in call else {}
        state["db"] = modelvault.Database.open(call["path"], read_only=call.get("readOnly", False), **options)
        return state["db"].recovery_info
    if command == "close":
        state["db"] = db = None
        gc.collect()
        return None
    if command == "register":
        db.register_collection(
            call["name"], json.dumps(call["fields"]), call["primary"], json.dumps(call["indexes"])
        )
        return None
    if command == "version":
        return db.register_schema_version(
            call["name"], json.dumps(call["fields"]), json.dumps(call["indexes"]), call.get("force", False)
        )
    if command == "backfill":
        return db.backfill_top_level_field(call["name"], call["field"], plain(call["value"]))
    if command == "apply":
        def apply():
            for step in call["steps"]:
                if step["op"] == "put":
                    db.insert(call["name"], plain_row(step["row"]))
                else:
                    db.delete(call["name"], plain(step["key"]))

        if call.get("transaction"):
            with db.transaction():
                apply()
        else:
            apply()
        return None
    if command == "dump":
        return [typed_row(row, call["fields"]) for row in db.collection(call["name"]).all()]
    if command == "names":
        names = db.collection_names
        return list(names() if callable(names) else names)
    if command == "where":
        query = db.collection(call["name"]).where(tuple(call["path"]), plain(call["value"]))
        rows = query.all()
        return {"keys": [typed(row[call["primary"]], call["kind"]) for row in rows], "plan": query.explain()}
    if command == "checkpoint":
        db.checkpoint()
        return None
    if command == "compact":
        db.compact()
        return None
    raise ValueError(command)


for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = {"value": run(call)}
    except BaseException as error:  # upstream panics are BaseExceptions
        answer = {"error": f"{type(error).__name__}: {error}"}
        del error
    print(json.dumps(answer), flush=True)
