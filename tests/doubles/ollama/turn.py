"""One turn with a model, common to all dialects: load, check, fit, speak."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.ollama.models import Model
from tests.doubles.ollama.prompt import Counter, fit
from tests.doubles.ollama.reply import Refusal, RunnerDiedError
from tests.doubles.ollama.script import Heard, Said, speak
from tests.doubles.ollama.state import State

NO_IMAGES = (
    '{"error":{"code":400,"message":"Multimodal data provided, but model does not support '
    'multimodal requests.","type":"invalid_request_error"}}'
)


@dataclass(frozen=True)
class Asked:
    """A request in any dialect, in Ollama's own terms."""

    model: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    limit: int | None = None
    think: bool | str | None = None
    options: Mapping[str, Any] | None = None
    keep_alive: Any = None
    truncate: bool = True
    shift: bool = True
    format: Any = None


@dataclass(frozen=True)
class Turn:
    """An answer, with what the server reports about it."""

    model: Model
    said: Said
    prompt_tokens: int
    load_seconds: float

    def pieces(self) -> Iterator[tuple[str, str]]:
        """Give (thinking, text) piece by piece at the model's pace; may raise RunnerDiedError."""
        script = self.model.script
        time.sleep(script.seconds_to_read)
        rows = [(thought, "") for thought in self.said.thinking]
        rows += [("", piece) for piece in self.said.pieces]
        for number, row in enumerate(rows):
            if number == script.dies_after:
                raise RunnerDiedError
            time.sleep(script.seconds_per_piece)
            yield row

    def finish(self) -> Said:
        """Wait until all is said and give it whole."""
        for _ in self.pieces():
            pass
        return self.said


def take_turn(state: State, count: Counter, asked: Asked) -> Turn:
    """Run one turn; every refusal of the real server is raised as a Refusal."""
    model = state.find(asked.model)
    check_abilities(model, asked)
    runner, load_seconds = state.load(model, asked.options, asked.keep_alive, shift=asked.shift)
    fitted = fit(
        model,
        state.version,
        runner.window,
        count,
        [*model.messages, *asked.messages],
        asked.tools,
        truncate=asked.truncate,
        shift=asked.shift,
    )
    heard = Heard(fitted.messages, asked.tools, fitted.text, asked.format)
    think = "thinking" in model.capabilities and asked.think is not False
    said = speak(model.script, heard, asked.limit, think=think)
    return Turn(model, said, fitted.tokens, load_seconds)


def check_abilities(model: Model, asked: Asked) -> None:
    """Refuse tools, thinking and images for a model without them."""
    if asked.tools and "tools" not in model.capabilities:
        raise Refusal(400, f"registry.ollama.ai/library/{model.canonical} does not support tools")
    if asked.think and "thinking" not in model.capabilities:
        raise Refusal(400, f'"{asked.model}" does not support thinking')
    if "vision" not in model.capabilities and _has_image(asked.messages):
        raise Refusal(400, NO_IMAGES)


def _has_image(messages: Sequence[Mapping[str, Any]]) -> bool:
    parts = [one.get("content") for one in messages if isinstance(one.get("content"), list)]
    urls = (part.get("type") == "image_url" for content in parts for part in content or ())
    return any(urls) or any(one.get("images") for one in messages)


def arguments_text(said: Said) -> str:
    """The arguments of a call as `/v1` carries them: a text that should be JSON."""
    if isinstance(said.arguments, str):
        return said.arguments
    return json.dumps(said.arguments, separators=(",", ":"))
