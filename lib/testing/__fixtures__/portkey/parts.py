"""Prints every part of the client that has methods, one a line: admin.users.invites."""

import inspect

from portkey_ai import Portkey
from portkey_ai.api_resources.apis.api_resource import APIResource


def told(part, path=""):
    for name, inner in vars(part).items():
        if name.startswith("_") or not isinstance(inner, APIResource):
            continue
        if any(said[0] != "_" and inspect.isfunction(value) for said, value in vars(type(inner)).items()):
            print(path + name)
        told(inner, f"{path}{name}.")


told(Portkey(api_key="any", base_url="http://127.0.0.1/v1"))
