"""The check compaction_above_window."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Defaults, Known, Window
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.compaction_above_window import check
from tests.builders import (
    ENDPOINT,
    SETTINGS,
    a_file,
    a_model,
    a_server,
    a_snapshot,
    an_entry,
)

ENTRY = an_entry()
FILES = (a_file(path=SETTINGS, kind="settings", fate="absent"),)
ROOM = 65_536 - 16_000  # the window less one answer


def test_droids_own_limit_is_above_every_local_window() -> None:
    (finding,) = check(a_snapshot(files=FILES, defaults=Defaults()))
    (edit,) = finding.remedy.edits
    assert finding.level == "warning" and "250,000 tokens" in finding.message
    assert (edit.op, edit.file, edit.value) == ("add", SETTINGS, ROOM)
    assert edit.pointer == f"/compactionTokenLimitPerModel/{ENTRY.id}"


def test_the_limit_that_add_writes_is_silent_and_one_token_more_is_not() -> None:
    good = Defaults(compaction_for={ENTRY.id: ROOM})
    assert not list(check(a_snapshot(defaults=good)))
    assert list(check(a_snapshot(defaults=Defaults(compaction_for={ENTRY.id: ROOM + 1}))))


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (65_537, "its window of 65,536 tokens is full before that"),
        (65_536, "which leaves none for the answer"),
        (65_535, "which leaves 1 token of its window of 65,536 for the answer"),
        (ROOM + 1, "which leaves 15,999 tokens of its window of 65,536 for the answer"),
    ],
)
def test_the_sentence_is_true_at_its_boundaries(limit: int, said: str) -> None:
    defaults = Defaults(compaction_for={ENTRY.id: limit})
    (finding,) = check(a_snapshot(files=FILES, defaults=defaults))
    assert finding.message.endswith(said)


def test_the_limit_for_all_counts_where_the_entry_has_none() -> None:
    assert not list(check(a_snapshot(defaults=Defaults(compaction=ROOM))))


def test_a_window_under_the_floor_counts_as_the_floor() -> None:
    model = a_model(window=Known(Window(Tokens(4_096), "measured")))
    servers = {ENDPOINT: Known(a_server(model))}
    (finding,) = check(a_snapshot(files=FILES, servers=servers, defaults=Defaults()))
    assert finding.remedy.edits[0].value == 32_000 - 8_000


def test_cloud_models_are_silent() -> None:
    model = a_model(remote_host="https://ollama.com")
    assert not list(check(a_snapshot(servers={ENDPOINT: Known(a_server(model))})))


def test_a_switch_that_turns_compaction_off_is_told_whatever_the_limits_say() -> None:
    off = replace(a_snapshot().defaults, compaction_off=True)
    (finding,) = check(a_snapshot(defaults=off))
    assert "never compacts" in finding.message
