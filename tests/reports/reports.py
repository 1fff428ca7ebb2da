"""Machines whose reports are looked at: one with troubles of every level, and one that is well."""

from dataclasses import replace
from typing import Any

from factory_byok.core.facts import Exercise, Gpu, Json, Known, Loaded, Snapshot
from factory_byok.core.units import GIB, Bytes, Parameters, Tokens
from factory_byok.diagnosis.examine import examine
from factory_byok.reports.page import Page, make_page
from factory_byok.sizing.recommendation import recommend
from tests.builders import ENDPOINT, a_machine, a_model, a_server, a_snapshot, an_entry
from tests.screens import troubled

SMALL = "qwen2.5-coder:7b"


def a_page(snap: Snapshot) -> Page:
    """The page of a snapshot."""
    return make_page(snap, examine(snap), recommend(snap.machine))


def tried(model: str, exercise: str, **evidence: Json) -> Exercise:
    """An exercise that passed with these numbers."""
    return Exercise(an_entry().id, model, exercise, "passed", "", evidence)


def speed(model: str, first: float, pace: float, request: float) -> Exercise:
    """The numbers of the exercise `speed`."""
    return tried(
        model,
        "speed",
        first_token_seconds=first,
        tokens_per_second=pace,
        first_request_seconds=request,
        basis="computed",
    )


def a_lively() -> Snapshot:
    """Two models on one 24 GB card, both exercised, one of them too slow, and one forgotten tag."""
    card = Gpu("NVIDIA GeForce RTX 4090", "nvidia", Known(Bytes(24 * GIB)), Known(Bytes(22 * GIB)))
    small = a_model(
        name=SMALL,
        weights=Bytes(4_683_087_332),
        parameters=Known(Parameters(7_615_616_512)),
        longest_window=Known(Tokens(32_768)),
    )
    snap = troubled()
    second = an_entry(id="custom:small-2", name="Qwen 2.5 Coder 7B [Local]", model=SMALL, index=2)
    loaded = (Loaded(SMALL, Bytes(6 * GIB), Bytes(5 * GIB), Known(Tokens(4_096))),)
    return replace(
        snap,
        machine=a_machine(gpus={"nvidia": Known((card,)), "amd": Known(())}),
        entries=(*snap.entries, second),
        servers={ENDPOINT: Known(a_server(a_model(), small, loaded=Known(loaded)))},
        exercises=(
            tried(an_entry().model, "chat", seconds=2.1),
            speed(an_entry().model, 0.42, 38.2, 9.7),
            replace(
                tried(SMALL, "tools"),
                status="failed",
                reason="The call came back as text: `<tool_call>{...}`",
            ),
            speed(SMALL, 1.8, 3.1, 141.0),
        ),
    )


def a_well() -> Snapshot:
    """A machine on which nothing is wrong and nothing was exercised."""
    return a_snapshot()


def a_hostile(text: str) -> Snapshot:
    """A machine whose every name is the text."""
    entry = an_entry(name=text, model=text, id=f"custom:{text}", reason=text)
    told: dict[str, Any] = {"name": text, "family": text, "quantization": text}
    server = a_server(a_model(**told), version=text)
    card = Gpu(text, "nvidia", Known(Bytes(24 * GIB)))
    return replace(
        a_snapshot(),
        machine=a_machine(gpus={"nvidia": Known((card,))}),
        entries=(entry, replace(entry, fate="dropped")),
        servers={ENDPOINT: Known(server)},
        exercises=(replace(speed(text, 1, 2, 300), status="failed", reason=text),),
    )
