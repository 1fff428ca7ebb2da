"""byok's model of droid's loader against the real droids, and against their recorded answers."""

import json
import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from factory_byok.core.facts import Known
from factory_byok.droid.program import lists
from factory_byok.droid.rules import MEASURED
from tests.doubles.droid import NEWEST, OTHERS, Droid, NoDroidError, find_droid
from tests.doubles.real_parts import missing
from tests.droid.settings.machines import (
    MadeUp,
    help_block,
    judged,
    machines,
    sound_machines,
    world_of,
)
from tests.droid.settings.record import answer, machine_of

BATCH = 6
FOLDERS = int(os.environ.get("BYOK_DROID_FOLDERS", "60"))
BATCHES = st.lists(st.one_of(machines(), sound_machines()), min_size=BATCH, max_size=BATCH)
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


def expected(machine: MadeUp, versions: Iterable[str]) -> dict[str, str]:
    """The rows that byok expects of each version on a made-up machine."""
    with tempfile.TemporaryDirectory() as name:
        machine.write(Path(name))
        world = world_of(Path(name), machine.cwd)
        return {
            version: help_block(judged(world, version).entries, version) for version in versions
        }


def disagreements(droid: Droid, version: str, batch: Sequence[MadeUp]) -> list[object]:
    """The machines on which byok and one version of droid differ, with droid's rows and byok's."""
    try:
        binary = find_droid(version)
    except NoDroidError as error:
        missing(str(error))
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda machine: answer(droid.namespace, binary, machine), batch)
        pairs = [
            (machine, said, expected(machine, [version])[version])
            for machine, said in zip(batch, answers, strict=True)
        ]
    return [each for each in pairs if each[1] != each[2]]


def enough(folders: int) -> settings:
    """So many made-up machines, never shrunk: each costs a run of droid."""
    return settings(
        max_examples=math.ceil(folders / BATCH),
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.outside
@enough(FOLDERS)
@given(batch=BATCHES)
def test_the_newest_droid_lists_what_byok_says(droid: Droid, batch: Sequence[MadeUp]) -> None:
    assert disagreements(droid, NEWEST, batch) == []


@pytest.mark.outside
@pytest.mark.parametrize("version", OTHERS)
@enough(max(2 * BATCH, FOLDERS // 5))
@given(batch=BATCHES)
def test_every_other_measured_droid_lists_what_byok_says(
    droid: Droid, version: str, batch: Sequence[MadeUp]
) -> None:
    assert disagreements(droid, version, batch) == []


def test_every_measured_version_is_asked() -> None:
    assert set(MEASURED) == {NEWEST, *OTHERS}


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_byok_lists_what_droid_once_answered(path: Path) -> None:
    for row in json.loads(path.read_text("utf-8"))["rows"]:
        said = {version: rows for group, rows in row["droid"].items() for version in group.split()}
        assert expected(machine_of(row), said) == said, row["name"]


@pytest.mark.outside
@pytest.mark.usefixtures("droid")
def test_a_droid_that_is_asked_on_a_copy_lists_what_it_would_list_in_place(tmp_path: Path) -> None:
    corpus = Path(__file__).parent / "corpus/levels.json"
    for row in json.loads(corpus.read_text("utf-8"))["rows"]:
        root = tmp_path / row["name"]
        machine_of(row).write(root)
        world = world_of(root, row["cwd"])
        ids = tuple(each.id for each in judged(world).entries if each.fate == "listed")
        assert lists(world, str(find_droid())) == Known(ids), row["name"]
