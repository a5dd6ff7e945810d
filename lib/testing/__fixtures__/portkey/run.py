"""Runs programs against a served API: run.py PLAN, where PLAN is JSON of url, key, given and programs.

Each program finds two names: `portkey`, the official client, and `given`, the facts of the world it runs in. Every call
of the client is a line of JSON on stdout, with its reply or its refusal. A program that raises is a line too, and the
others still run. `programs` says for each of them of which parts of the client all methods are to be told.
"""

import inspect
import json
import os
import runpy
import sys
import traceback
from types import SimpleNamespace

from portkey_ai import Portkey
from portkey_ai.api_resources.exceptions import APIStatusError


class Recorded:
    """A part of the client whose calls are told, by the names a caller writes: `admin.users.list`."""

    def __init__(self, part, path, tell):
        self._part, self._path, self._tell = part, path, tell

    def __getattr__(self, name):
        value = getattr(self._part, name)
        path = f"{self._path}.{name}".lstrip(".")
        if inspect.ismethod(value):
            return lambda *said, **named: self._call(path, value, said, named)
        return Recorded(value, path, self._tell)

    def _call(self, path, method, said, named):
        try:
            reply = method(*said, **named)
        except APIStatusError as error:
            kind = type(error).__name__
            self._tell(method=path, refused={"kind": kind, "status": error.status_code, "message": error.message})
            raise
        self._tell(method=path, reply=reply.model_dump(mode="json"))
        return reply


def methods_of(client, path):
    part = client
    for name in path.split("."):
        part = getattr(part, name)
    public = [name for name, value in vars(type(part)).items() if name[0] != "_" and inspect.isfunction(value)]
    return [f"{path}.{name}" for name in public]


def run(program, parts, plan):
    def tell(**line):
        print(json.dumps({"program": program, **line}), flush=True)

    client = Portkey(base_url=plan["url"], api_key=plan["key"])
    names = {"portkey": Recorded(client, "", tell), "given": SimpleNamespace(**plan["given"])}
    try:
        runpy.run_path(os.path.join(os.path.dirname(__file__), program), names)
        tell(methods=[method for path in parts for method in methods_of(client, path)])
    except Exception:
        tell(crash=traceback.format_exc())


plan = json.loads(sys.argv[1])
for program, parts in plan["programs"].items():
    run(program, parts, plan)
