"""vLLM: OpenAI's protocol with the window in the list (docs.vllm.ai, OpenAI-compatible server)."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Known, Reading, Server
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.core.json_fields import as_object, text
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "vLLM"
BASE_URL: Final = "http://localhost:8000/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = "not-needed"
KEY_VARIABLE: Final = ""
HOSTED: Final = False
FIXED: Final = True
EXAMPLES: Final = ()

LISTING: Final = generic.Listing("vllm")


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    wanted: Collection[str] = (),
) -> Reading[Server]:
    """Asks for the models and the version; a gateway before it may not know the latter."""
    server = generic.probe(http, endpoint, deadline, LISTING)
    if not isinstance(server, Known):
        return server
    try:
        reply = http.send("GET", f"{endpoint}/version", deadline=deadline.left())
    except NoAnswer:
        return server
    return Known(replace(server.value, version=parse(reply)))


def parse(reply: Reply) -> str:
    """The version in a reply to `/version`; "" when it holds none."""
    try:
        return text(as_object(reply.json()), "version") if reply.status == 200 else ""
    except NoAnswer:
        return ""
