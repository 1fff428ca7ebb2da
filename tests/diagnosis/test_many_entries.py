"""What the doctor and the repairs cost grows with the number of entries, not with its square."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Snapshot, Unknown
from factory_byok.diagnosis import examine as examining
from factory_byok.diagnosis.causes import causes
from factory_byok.diagnosis.examine import examine
from factory_byok.droid.rules import NEWEST
from factory_byok.droid.settings.change import apply_group
from factory_byok.droid.settings.file_verdict import Source, read_file
from factory_byok.droid.settings.locate import Place
from tests.builders import a_snapshot, an_entry

FEW, TIMES = 250, 8
SILENT = Unknown("nothing listens there", "refused")


def seconds(work: Callable[[int], Any], number: int) -> float:
    """Processor time of some work on so many entries, the least of three."""
    found = []
    for _ in range(3):
        begin = time.process_time()
        work(number)
        found.append(time.process_time() - begin)
    return min(found)


def looked_at(number: int, **more: Any) -> Snapshot:
    """A machine with so many silent entries, all wrong in a few ways."""
    endpoint = "http://localhost:11434"
    entries = tuple(
        replace(
            an_entry(model=f"m{at}:7b", base_url=endpoint, endpoint=endpoint, **more),
            id=f"custom:m-{at}",
            index=at,
            pointer=f"/customModels/{at}",
            name=more.get("name", f"M {at}"),
        )
        for at in range(number)
    )
    environment = {"OLLAMA_HOST": "127.0.0.1:9"}
    return replace(
        a_snapshot(), entries=entries, servers={endpoint: SILENT, "http://localhost:9": SILENT},
        default_endpoint="http://localhost:9", environment=environment,
    )  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"name": "same"}, {"fate": "shadowed"}, {"fate": "dropped"}])
def test_a_diagnosis_of_many_entries_is_linear(more: dict[str, Any]) -> None:
    def diagnosed(number: int) -> None:
        snap = looked_at(number, **more)
        assert causes(snap, examine(snap))

    assert seconds(diagnosed, FEW * TIMES) < seconds(diagnosed, FEW) * TIMES * 4


@pytest.mark.parametrize("op", ["add", "replace", "rename", "remove", "remove entry"])
def test_many_repairs_of_one_file_are_linear(op: str) -> None:
    path = Path("/f/settings.json")

    def repaired(number: int) -> None:
        text = json.dumps({"customModels": [{"model": "m", "old": 1, "b": 2}] * number})
        name = {"add": "/id", "remove entry": ""}.get(op, "/old")
        value = "new" if op in ("rename", "add") else 3
        edits = [
            Edit(op.split()[0], str(path), f"/customModels/{at}{name}", value)  # type: ignore[arg-type]
            for at in reversed(range(number))
        ]
        assert apply_group({path: text}, edits)[path] != text

    assert seconds(repaired, FEW * TIMES) < seconds(repaired, FEW) * TIMES * 4


def test_a_key_repeated_in_the_whole_file_is_no_work() -> None:
    def read(number: int) -> None:
        text = "{" + '"customModels":[],' * number * 40 + '"customModels":[]}'
        read_file(Source(Place(Path("/f/settings.json"), "user", "settings"), text), NEWEST)

    assert seconds(read, FEW * TIMES) < seconds(read, FEW) * TIMES * 4


def test_what_is_cut_of_a_long_report_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "MOST_FINDINGS", 5)
    (outcome,) = examine(looked_at(9), ["base_url_wrong"]).outcomes
    *told, more = outcome.findings
    assert len(told) == 5
    assert (more.level, more.message) == ("note", examining.MORE)
