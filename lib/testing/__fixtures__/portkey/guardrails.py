from contextlib import suppress

from portkey_ai.api_resources.exceptions import BadRequestError, NotFoundError

WORDS = {"id": "default.wordCount", "parameters": {"minWords": 1, "maxWords": 50}, "is_enabled": True}
ENDING = {"id": "default.endsWith", "parameters": {"suffix": "."}}
ACTIONS = {
    "deny": True,
    "async": False,
    "on_success": {"feedback": {"value": 5, "weight": 1, "metadata": "by words"}},
    "on_fail": {"feedback": {"value": -5, "weight": 1, "metadata": "by words"}},
}
part = portkey.guardrails
here = {"workspace_id": given.workspace_id}

part.list(**here)
made = part.create(name="Short", checks=[WORDS], actions=ACTIONS, workspace_id=given.workspace_slug)
ours = part.create(
    name="For everybody", checks=[ENDING], actions=ACTIONS, organisation_id=given.organisation_id
)
with suppress(BadRequestError):
    part.create(name="Wrong", checks=[{"id": "default.nothing"}], actions=ACTIONS, **here)
part.retrieve(guardrail_id=made.id)
part.retrieve(guardrail_id=made.slug)

page = 0
while part.list(page_size=2, current_page=page, **here).data:
    page += 1
part.list(organisation_id=given.organisation_id)
part.update(guardrail_id=made.id, name="Renamed")
part.update(guardrail_id=made.slug, checks=[WORDS, ENDING], actions={**ACTIONS, "deny": False})
part.retrieve(guardrail_id=made.id)

for each in [made.id, ours.id]:
    part.delete(guardrail_id=each)
    with suppress(NotFoundError):
        part.retrieve(guardrail_id=each)
part.list(**here)
