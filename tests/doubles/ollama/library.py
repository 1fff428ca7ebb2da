"""The model store: pull, create, copy and delete."""

from __future__ import annotations

import datetime
import hashlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.doubles.ollama.models import Model, canonical
from tests.doubles.ollama.reply import NDJSON, PLAIN_JSON, Reply, go_json, line
from tests.doubles.ollama.state import State

STEP = 60  # how many progress lines a whole layer makes at most
CONFIGURATION = 156  # bytes
SEEN = 1_000_000  # bytes; smaller layers arrive between two progress lines
SUCCESS = {"status": "success"}


@dataclass
class Registry:
    """What can be pulled.

    `failing` is the error line of every pull; `breaks_at` cuts the connection once, after that
    share of the bytes, and what came so far is kept; `pause` is the time between two lines.
    """

    models: Sequence[Model] = ()
    failing: str = ""
    breaks_at: float | None = None
    pause: float = 0.0
    got: dict[str, int] = field(default_factory=dict)

    def find(self, name: str) -> Model | None:
        """The model of that name, if the registry has it."""
        wanted = canonical(name).lower()
        return next((m for m in self.models if m.canonical.lower() == wanted), None)


class CutOffError(Exception):
    """The connection of a pull is to be cut."""


def pull(state: State, registry: Registry, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/pull`; errors come as a line within a 200 unless not streamed."""
    return _report(_pulling(state, registry, str(body["model"])), body)


def _report(events: Iterator[dict[str, Any]], body: Mapping[str, Any]) -> Reply:
    if body.get("stream") is not False:
        return Reply(200, map(line, events), NDJSON)
    last: dict[str, Any] = {}
    for last in events:
        if "error" in last:
            return Reply(500, go_json(last), PLAIN_JSON)
    return Reply(200, go_json(last), PLAIN_JSON)


def layers(model: Model) -> list[tuple[str, int]]:
    """The digests and sizes of a model's layers: the weights and a small configuration."""
    config = hashlib.sha256(f"configuration of {model.canonical}".encode()).hexdigest()
    return [(model.weights, model.size - CONFIGURATION), (config, CONFIGURATION)]


def _pulling(state: State, registry: Registry, name: str) -> Iterator[dict[str, Any]]:
    yield {"status": "pulling manifest"}
    model = registry.find(name)
    if registry.failing or model is None:
        yield {"error": registry.failing or "pull model manifest: file does not exist"}
        return
    for digest, total in layers(model):
        yield from _layer(registry, digest, total)
    yield {"status": "verifying sha256 digest"}
    yield {"status": "writing manifest"}
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    state.models[canonical(name).lower()] = replace(model, name=canonical(name), modified_at=stamp)
    yield SUCCESS


def _layer(registry: Registry, digest: str, total: int) -> Iterator[dict[str, Any]]:
    row = {"status": f"pulling {digest[:12]}", "digest": f"sha256:{digest}", "total": total}
    done = registry.got.get(digest, 0)
    if done == 0 and total < SEEN:
        registry.got[digest] = total
        return
    yield {**row, "completed": done} if done else row
    step = max(1, total // STEP)
    while done < total:
        if registry.breaks_at is not None and done >= registry.breaks_at * total:
            registry.breaks_at = None
            raise CutOffError
        time.sleep(registry.pause)
        done = min(total, done + step)
        registry.got[digest] = done
        yield {**row, "completed": done}


def create(state: State, registry: Registry, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/create` from an installed model, or as far as that gets without one."""
    name, base = str(body["model"]), body.get("from")
    if not base and not body.get("files"):
        error = {"error": "neither 'from' or 'files' was specified"}
        return Reply(400, go_json(error, end="\n"), PLAIN_JSON)
    if not base:
        digest = next(iter(body["files"].values())).removeprefix("sha256:")
        missing = {"error": f"open {state.store}/blobs/sha256-{digest}: no such file or directory"}
        return _report(iter([{"status": "parsing GGUF"}, missing]), body)
    if canonical(str(base)).lower() not in state.models:
        return _report(_create_from_afar(state, registry, name, str(base), body), body)
    return _report(_creating(state, name, str(base), body), body)


def _create_from_afar(
    state: State, registry: Registry, name: str, base: str, body: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Pull the base first: a missing one fails as its pull does."""
    for row in _pulling(state, registry, base):
        if row != SUCCESS:
            yield row
        if "error" in row:
            return
    yield from _creating(state, name, base, body)


def _creating(
    state: State, name: str, base: str, body: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    model = state.find(base)
    for digest, _ in layers(model):
        yield {"status": f"using existing layer sha256:{digest}"}
    made = replace(
        model.with_parameters(name, body.get("parameters") or {}),
        template=body.get("template") or model.template,
        system=body.get("system") or model.system,
    )
    yield {"status": f"creating new layer sha256:{made.manifest}"}
    yield {"status": "writing manifest"}
    state.models[made.canonical.lower()] = made
    yield SUCCESS


def copy(state: State, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/copy`."""
    model = state.find(str(body.get("source", "")))
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    made = replace(
        model,
        name=canonical(str(body.get("destination", ""))),
        digest=model.manifest,
        blob=model.weights,
        modified_at=stamp,
    )
    state.models[made.canonical.lower()] = made
    return Reply(200, b"", None)


def delete(state: State, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/delete`; what was loaded of it is unloaded."""
    name = str(body["model"])
    model = state.find(name)
    del state.models[model.canonical.lower()]
    state.unload(model)
    return Reply(200, b"", None)


def valid_name(name: str) -> bool:
    """Whether the server would take this for a model's name."""
    return bool(re.fullmatch(r"(https?://)?[\w.\-]+([/:][\w.\-]+)*", name))
