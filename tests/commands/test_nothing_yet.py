"""Verbs on a machine whose Ollama has no model, and whose droid has no entry."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Byok
from tests.doubles.ollama import Ollama

pytestmark = pytest.mark.outside


@pytest.mark.parametrize("words", [("doctor",), ("add", "ollama"), ("window",), ("list",)])
def test_the_next_step_is_named_and_nothing_is_called_all_right(
    byok: Byok,
    ollama: Callable[..., Ollama],
    empty_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama([]).url.removeprefix("http://"))
    ran = byok(*words)
    assert ran.code == 0
    assert "byok setup" in ran.out.rstrip().splitlines()[-1]
    assert "All" not in ran.out
    assert byok(*words, "--json").json["next"]["command"][:2] == ["byok", "setup"]
