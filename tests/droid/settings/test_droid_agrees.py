"""byok's model of droid's loader against the real droid, and against droid's recorded answers."""

import json
import math
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.doubles.droid import NO_PROGRAMS, Droid, airgapped
from tests.droid.settings.machines import (
    MadeUp,
    block_of,
    help_block,
    judged,
    machines,
    world_of,
)
from tests.droid.settings.record import machine_of

BATCH = 6
FOLDERS = int(os.environ.get("BYOK_DROID_FOLDERS", "60"))
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


def ask(droid: Droid, machine: MadeUp) -> tuple[str, str]:
    """The rows that droid prints on a made-up machine, and those that byok expects."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        machine.write(root)
        expected = help_block(judged(world_of(root, machine.cwd)).entries)
        home = root / "home"
        done = droid.namespace.run(
            [str(droid.binary), "exec", "--help"],
            env=airgapped(home, NO_PROGRAMS),
            cwd=root / machine.cwd,
        )
        assert done.rc == 0, done.stderr
        return block_of(done.stdout), expected


@pytest.mark.outside
@settings(
    max_examples=math.ceil(FOLDERS / BATCH),
    phases=[Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(batch=st.lists(machines(), min_size=BATCH, max_size=BATCH))
def test_the_real_droid_lists_what_byok_says(droid: Droid, batch: Sequence[MadeUp]) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda machine: ask(droid, machine), batch))
    wrong = [
        (machine, *pair) for machine, pair in zip(batch, answers, strict=True) if pair[0] != pair[1]
    ]
    assert wrong == []


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_byok_lists_what_droid_once_answered(path: Path, tmp_path: Path) -> None:
    recorded = json.loads(path.read_text("utf-8"))
    for row in recorded["rows"]:
        root = tmp_path / str(row["name"])
        machine_of(row).write(root)
        assert help_block(judged(world_of(root, row["cwd"])).entries) == row["droid"], row["name"]
