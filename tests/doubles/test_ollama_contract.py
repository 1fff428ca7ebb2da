"""The double answers every recorded request as the real Ollama did."""

from __future__ import annotations

import dataclasses
import functools
import http.client
import json

import pytest

from tests.doubles.comparison import differences
from tests.doubles.contract import (
    ENVIRONMENTS,
    VERSION,
    counted,
    installed,
    pullable,
    script_of,
)
from tests.doubles.ollama import Ollama
from tests.doubles.recordings import Recording, recordings, scenarios

pytestmark = pytest.mark.outside

NOT_COVERED = {
    "30/25": "the server is stopped in mid-stream: the fault `sse_cut_in_chunk` does that",
    "30/26": "nobody listens any more: the fault `refused` does that",
}
LOADING = "stream-during-load"


def play(scenario: str) -> dict[str, list[str]]:
    """Send all requests of a scenario to one double; give the differences by number."""
    found = {}
    number = scenario[:2]
    models = installed(scenario)
    double = Ollama(models, version=VERSION, env=ENVIRONMENTS[number], registry=pullable())
    with double:
        for one in in_order_of_time(recordings(scenario)):
            if one.number not in NOT_COVERED:
                prepare(double, one)
                found[one.number] = compare(one, *ask(double, one))
    return found


played = functools.cache(play)


def in_order_of_time(several: list[Recording]) -> list[Recording]:
    """Put the look at a loading server before the end of the request that loads the model."""
    return sorted(several, key=lambda one: 5.5 if LOADING in one.name else int(one.name[:2]))


def prepare(double: Ollama, one: Recording) -> None:
    """Let the models say, and the network do, what they did then."""
    double.count = counted(one)
    for name, model in double.state.models.items():
        double.state.models[name] = dataclasses.replace(model, script=script_of(one))
    errors = [row for row in one.reply.splitlines() if '"error":"pull model manifest: Get' in row]
    double.registry.failing = json.loads(errors[0])["error"] if errors else ""


def ask(double: Ollama, one: Recording) -> tuple[int, dict[str, str], str]:
    """Send one recorded request."""
    connection = http.client.HTTPConnection("127.0.0.1", double.port, timeout=20)
    try:
        connection.request(one.method, one.path, one.body.encode() or None, dict(one.headers))
        reply = connection.getresponse()
        try:
            body = reply.read()
        except http.client.IncompleteRead as cut:
            body = cut.partial
        return reply.status, dict(reply.headers), body.decode()
    finally:
        connection.close()


def compare(one: Recording, status: int, headers: dict[str, str], body: str) -> list[str]:
    """Compare status, the headers that mean something, and the body."""
    found = [] if status == one.status else [f"status {one.status} here {status}: {body[:300]}"]
    for name in ("Content-Type", "Allow", "Access-Control-Allow-Origin", "Vary", "Cache-Control"):
        theirs, ours = one.reply_headers.get(name), headers.get(name)
        if theirs != ours:
            found.append(f"{name} {theirs!r} here {ours!r}")
    if not found and one.method != "HEAD":
        found += differences(one.reply_headers.get("Content-Type", ""), one.reply, body)
    return found


ALL = [(scenario, one.number) for scenario in scenarios() for one in recordings(scenario)]


@pytest.mark.parametrize(
    ("scenario", "number"), [pair for pair in ALL if pair[1] not in NOT_COVERED]
)
def test_the_double_answers_as_recorded(scenario: str, number: str) -> None:
    assert played(scenario)[number] == []


def test_every_recording_is_covered_or_excused() -> None:
    assert {scenario[:2] for scenario, _ in ALL} == set(ENVIRONMENTS)
    assert NOT_COVERED.keys() <= {number for _, number in ALL}
