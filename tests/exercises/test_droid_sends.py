"""What the oldest and the newest measured droid send: one turn of each, captured, and the rest."""

from pathlib import Path
from typing import Any

import pytest

from factory_byok.droid.rules import MEASURED, rules_of
from tests.doubles.droid import NoDroidError, find_droid
from tests.doubles.real_parts import missing
from tests.doubles.test_droid_turn import MODEL_ID, a_home
from tests.doubles.turn import take_turn

ALWAYS = {"max_tokens", "messages", "model", "stream", "temperature", "tools"}
# The older ones offer three tools more, so their first request is a third longer.
OLD_TOOLS = {"FetchUrl", "TodoWrite", "WebSearch"}
TOOLS = {"Execute", "Glob", "Grep", "LS", "Read", "Skill"}


def first_request(version: str, home: Path) -> dict[str, Any]:
    """The body that a version sends first for an entry with an output limit of 400."""
    try:
        find_droid(version)
    except NoDroidError as error:
        missing(str(error))
    turn = take_turn(a_home(home), MODEL_ID, "Say hello.", version=version, more=())
    assert turn.rc == 0, turn.stderr
    assert turn.requests[0]["path"] == "/v1/chat/completions"
    body: dict[str, Any] = turn.requests[0]["json"]
    return body


@pytest.mark.outside
@pytest.mark.usefixtures("droid")
@pytest.mark.parametrize("version", [MEASURED[0], MEASURED[-1]])
def test_what_differs_between_the_oldest_and_the_newest_droid_is_known(
    version: str, tmp_path: Path
) -> None:
    body = first_request(version, tmp_path)
    old = rules_of(version).needs_login
    assert set(body) == ALWAYS | (set() if old else {"stream_options"})
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (400, 0, True)
    assert {each["function"]["name"] for each in body["tools"]} == (
        TOOLS | OLD_TOOLS if old else TOOLS
    )
    assert [each["role"] for each in body["messages"]][:2] == ["system", "user"]
