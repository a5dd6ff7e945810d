from contextlib import suppress

from portkey_ai.api_resources.exceptions import APIStatusError

with suppress(APIStatusError):
    # The client leaves out what is empty, so no name arrives at all.
    portkey.api_keys.create(type="organisation", name="", scopes=[])
with suppress(APIStatusError):
    portkey.integrations.retrieve(slug="nobody-has-this")
with suppress(APIStatusError):
    portkey.integrations.create(
        name="Again", slug="openai-main", ai_provider_id="openai", key=given.secret
    )
