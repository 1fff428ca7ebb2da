"""The real droid lists what a hand-written file says, and gets its answers from our servers."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.doubles.droid import Droid, listing
from tests.doubles.turn import take_turn

MODEL_ID = "custom:Small-[Local]-0"


def a_home(tmp_path: Path) -> Path:
    """Write the settings file of one local entry."""
    entry = {
        "model": "smollm2-tools",
        "displayName": "Small [Local]",
        "baseUrl": "http://127.0.0.1:11434/v1",
        "apiKey": "not-needed",
        "provider": "generic-chat-completion-api",
        # Room to finish: droid asks on and on when an answer ends at its output limit.
        "maxOutputTokens": 400,
        "extraArgs": {"temperature": 0},
    }
    folder = tmp_path / ".factory"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"customModels": [entry]}))
    return tmp_path


def test_a_help_text_without_the_block_lists_nothing() -> None:
    assert listing("Usage: droid exec\n\nModels:\n  None\n") == []


def test_names_may_hold_blanks_and_line_breaks() -> None:
    pairs = [("custom:A-0", "A   B"), ("custom:lead-0", "  lead"), ("custom:x  y-0", "two\nlines")]
    block = "\n".join(f"  {model_id:<13}   {name}" for model_id, name in pairs)
    text = f"Usage:\n\nCustom Models:\n{block}\n\nModel details:\n  more"
    assert listing(text) == pairs


@pytest.mark.outside
def test_droid_lists_the_entry(droid: Droid, tmp_path: Path) -> None:
    assert droid.models(a_home(tmp_path)) == [(MODEL_ID, "Small [Local]")]


@pytest.mark.outside
def test_droid_lists_nothing_in_an_empty_home(droid: Droid, tmp_path: Path) -> None:
    assert droid.models(tmp_path) == []


@pytest.mark.outside
def test_two_calls_at_once_do_not_disturb_each_other(droid: Droid, tmp_path: Path) -> None:
    home = a_home(tmp_path)
    homes = [Path(shutil.copytree(home, tmp_path / f"h{n}")) for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(droid.models, homes)) == [[(MODEL_ID, "Small [Local]")]] * 2


@pytest.mark.outside
def test_a_turn_without_a_server_fails(droid: Droid, tmp_path: Path) -> None:
    rc, _ = droid.exec(a_home(tmp_path), MODEL_ID, "hi", tmp_path)
    assert rc == 1


@pytest.mark.outside
@pytest.mark.usefixtures("droid")
def test_a_turn_is_answered_by_the_double(tmp_path: Path) -> None:
    turn = take_turn(a_home(tmp_path), MODEL_ID, "Say hello.")
    assert turn.rc == 0
    assert turn.result.startswith("The tool says: Error: file_path must be")
    first, second = turn.requests
    assert first["path"] == "/v1/chat/completions"
    assert second["json"]["messages"][-1]["role"] == "tool"


@pytest.mark.outside
@pytest.mark.usefixtures("droid", "engine")
def test_a_turn_is_answered_by_the_real_engine(tmp_path: Path) -> None:
    turn = take_turn(a_home(tmp_path), MODEL_ID, "Say hello.", engine="own")
    assert turn.rc == 0
    assert turn.result.strip()
    assert all(one["json"]["stream"] for one in turn.requests)
