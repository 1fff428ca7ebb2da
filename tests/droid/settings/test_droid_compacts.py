"""Which model the real droid lets summarise a conversation, and which settings decide it.

A conversation is compacted in one turn: its first tool call alone is above the limit set here. The
request for the summary is the only one without tools.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.turn import take_turn

TALKER, OTHER = "smollm2-tools", "smollm2"
TALKER_ID, OTHER_ID = "custom:Talker-[Local]-0", "custom:Other-0"
LIMITED = {"compactionTokenLimitPerModel": {TALKER_ID: 1_000}}
# droid waits five seconds at its end for a cloud that it cannot reach.
APART = {"cloudSessionSync": False}
pytestmark = [pytest.mark.outside, pytest.mark.usefixtures("droid")]


def asked(
    home: Path, settings: dict[str, Any], id_: str = TALKER_ID, *, logged_out: bool = False
) -> list[str]:
    """The models asked in one turn, in order; the one asked for a summary is marked."""
    listed = [_entry(OTHER, "Other"), _entry(TALKER, "Talker [Local]")]
    folder = home / ".factory"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"custom_models": listed}))
    (folder / "settings.json").write_text(json.dumps(APART | settings))
    turn = take_turn(home, id_, "Say hello.", models=(TALKER, OTHER), logged_out=logged_out)
    assert turn.rc == 0, turn.stderr
    bodies = [request["json"] for request in turn.requests]
    return [body["model"] + ("" if body.get("tools") else " sums up") for body in bodies]


def _entry(model: str, name: str) -> dict[str, Any]:
    """An entry in the documented form."""
    return {
        "model_display_name": name,
        "model": model,
        "base_url": "http://127.0.0.1:11434/v1",
        "api_key": "not-needed",
        "provider": "generic-chat-completion-api",
        "max_tokens": 400,
    }


@pytest.mark.parametrize("logged_out", [False, True], ids=["airgap", "logged-out"])
def test_a_custom_model_compacts_its_own_conversation(tmp_path: Path, logged_out: bool) -> None:
    models = asked(tmp_path, LIMITED, logged_out=logged_out)
    assert models == [TALKER, f"{TALKER} sums up", TALKER]


def test_the_setting_lets_another_entry_compact_it(tmp_path: Path) -> None:
    models = asked(tmp_path, LIMITED | {"compactionModel": OTHER_ID})
    assert models == [TALKER, f"{OTHER} sums up", TALKER]


def test_an_id_that_no_entry_has_leaves_it_to_the_model_itself(tmp_path: Path) -> None:
    models = asked(tmp_path, LIMITED | {"compactionModel": "custom:Gone-0"})
    assert models == [TALKER, f"{TALKER} sums up", TALKER]


def test_logged_out_nobody_compacts_it_where_the_setting_names_factorys_model(
    tmp_path: Path,
) -> None:
    models = asked(tmp_path, LIMITED | {"compactionModel": "gpt-5.6-sol"}, logged_out=True)
    assert models == [TALKER, TALKER]


def test_the_default_model_and_its_limit_may_name_an_entry_of_config_json(tmp_path: Path) -> None:
    chosen = {"sessionDefaultSettings": {"model": TALKER_ID}}
    models = asked(tmp_path, LIMITED | chosen, id_="")
    assert models == [TALKER, f"{TALKER} sums up", TALKER]


def test_a_limit_for_another_id_leaves_it_whole(tmp_path: Path) -> None:
    elsewhere = {"compactionTokenLimitPerModel": {OTHER_ID: 1_000}}
    assert asked(tmp_path, elsewhere) == [TALKER, TALKER]


def test_a_switch_turns_compaction_off_whatever_the_limits_say(tmp_path: Path) -> None:
    models = asked(tmp_path, LIMITED | {"compactionThresholdCheckEnabled": False})
    assert models == [TALKER, TALKER]
