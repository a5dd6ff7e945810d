from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError
from portkey_ai.api_resources.utils import GenericResponse

shared = {
    "name": "Each",
    "conditions": [{"key": "workspace_id", "value": "*"}],
    "group_by": [{"key": "metadata._user"}],
    "workspace_id": given.workspace_slug,
}
usage = {"type": "cost", "credit_limit": 50, "periodic_reset": "monthly"}
rate = {"type": "requests", "unit": "rpm", "value": 60}


def get(path):
    return portkey.get(path=path, cast_to=GenericResponse)


for path, policy, change in [
    ("/policies/usage-limits", usage, {"name": "Renamed", "credit_limit": 80, "periodic_reset": None}),
    ("/policies/rate-limits", rate, {"name": "Renamed", "unit": "rph", "value": 500}),
]:
    get(f"{path}?workspace_id={given.workspace_id}")
    one = f"{path}/{portkey.post(path, **shared, **policy).id}"
    get(one)
    get(f"{path}?workspace_id={given.workspace_id}")
    portkey.put(path=one, body=change, cast_to=GenericResponse)
    get(one)
    portkey.delete(path=one, cast_to=GenericResponse)
    with suppress(NotFoundError):
        get(one)
