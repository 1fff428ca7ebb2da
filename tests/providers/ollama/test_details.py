"""Arrays that only a verbose answer tells: asked for once, then remembered by the file's digest."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core import cache
from factory_byok.core.http import Deadline
from factory_byok.core.world import World
from factory_byok.providers.ollama.details import complete
from factory_byok.sizing.memory.shape import read_shape
from tests.builders import a_model
from tests.doubles.ollama import Model as Served
from tests.doubles.ollama import Ollama

HEADS = "granitehybrid.attention.head_count_kv"
INFO: dict[str, Any] = {
    "general.architecture": "granitehybrid",
    "granitehybrid.block_count": 4,
    "granitehybrid.embedding_length": 1536,
    "granitehybrid.attention.head_count": 12,
}
GRANITE = Served(
    "tiny:7b",
    family="granitehybrid",
    info=INFO,
    arrays={HEADS: [0, 0, 4, 0], "tokenizer.ggml.tokens": ["a"] * 1000},
    size=10**9,
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """This machine, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return World.real()


@pytest.mark.outside
def test_an_array_is_asked_for_once_and_then_remembered(
    ollama: Callable[..., Ollama], world: World
) -> None:
    double = ollama([GRANITE])
    short = a_model(name="tiny:7b", digest="sha256:1", shape={**INFO, HEADS: None})

    (first,) = complete(world, double.url, Deadline(5), (short,))
    (second,) = complete(world, double.url, Deadline(5), (short,))

    assert first.shape[HEADS] == second.shape[HEADS] == [0, 0, 4, 0]
    assert first.shape["granitehybrid.vocab_size"] == 1000
    assert read_shape(first.shape, first.weights).needs_verbose == ()
    assert len(double.asked("/api/show")) == 1
    assert isinstance(cache.recall(world, "shapes"), dict)


@pytest.mark.outside
def test_another_file_of_the_same_name_is_asked_about_again(
    ollama: Callable[..., Ollama], world: World
) -> None:
    double = ollama([GRANITE])
    short = a_model(name="tiny:7b", digest="sha256:1", shape={**INFO, HEADS: None})

    complete(world, double.url, Deadline(5), (short,))
    complete(world, double.url, Deadline(5), (replace(short, digest="sha256:2"),))

    assert len(double.asked("/api/show")) == 2


@pytest.mark.outside
def test_what_cannot_be_had_stays_as_it_was(ollama: Callable[..., Ollama], world: World) -> None:
    double = ollama([])
    short = a_model(name="gone:7b", digest="sha256:1", shape={**INFO, HEADS: None})

    assert complete(world, double.url, Deadline(5), (short,)) == (short,)
    assert cache.recall(world, "shapes") in (None, {})


@pytest.mark.outside
def test_a_model_that_tells_all_costs_nothing(ollama: Callable[..., Ollama], world: World) -> None:
    double = ollama([GRANITE])
    whole = a_model(name="tiny:7b", shape={**INFO, HEADS: [0, 0, 4, 0]})

    assert complete(world, double.url, Deadline(5), (whole,)) == (whole,)
    assert double.asked("/api/show") == []
