"""The doubles and the real parts as pytest fixtures."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from tests.doubles.droid import Droid, NoDroidError, find_droid
from tests.doubles.engine import TOOLS_TEMPLATE, Engine, NoEngineError, running_engine
from tests.doubles.namespace import Namespace, NoNamespaceError
from tests.doubles.ollama import Ollama
from tests.doubles.real_parts import missing

T = TypeVar("T")
MakeOllama = Callable[..., Ollama]
ABSENT = (NoDroidError, NoEngineError, NoNamespaceError)


@pytest.fixture
def ollama() -> Iterator[MakeOllama]:
    """Give a maker of running doubles: `ollama(["smollm2"], version="0.33.0", env={...})`."""
    with contextlib.ExitStack() as running:

        def make(*args: Any, **more: Any) -> Ollama:
            return running.enter_context(Ollama(*args, **more))

        yield make


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Give the real engine with the model's own template, which cannot call tools."""
    with contextlib.ExitStack() as running:
        yield _started(lambda: running.enter_context(running_engine()))


@pytest.fixture(scope="session")
def tools_engine() -> Iterator[Engine]:
    """Give the real engine with a template that makes the model call the one tool given."""
    with contextlib.ExitStack() as running:
        start = running_engine(window=4096, template=TOOLS_TEMPLATE)
        yield _started(lambda: running.enter_context(start))


@pytest.fixture(scope="session")
def droid() -> Iterator[Droid]:
    """Give the real droid, in a namespace of its own that lives as long as the session."""
    with contextlib.ExitStack() as running:
        binary = _started(find_droid)
        yield Droid(binary, _started(lambda: running.enter_context(Namespace())))


def _started(start: Callable[[], T]) -> T:
    try:
        return start()
    except ABSENT as error:
        missing(str(error))
