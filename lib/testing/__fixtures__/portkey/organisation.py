from contextlib import suppress

from portkey_ai.api_resources.exceptions import BadRequestError
from portkey_ai.api_resources.utils import GenericResponse


def get(path):
    portkey.get(path=path, cast_to=GenericResponse)


def keep(seconds):
    body = {"settings": {"cache_default_ttl": seconds}}
    portkey.put(path="/admin/organisation", body=body, cast_to=GenericResponse)


get("/admin/organisation")
keep(600)
get("/admin/organisation")
keep(None)
with suppress(BadRequestError):
    keep(1)
get("/admin/organisation")
get("/admin/organisation/defaults")
get("/workspace-exclusions/input-guardrails")
