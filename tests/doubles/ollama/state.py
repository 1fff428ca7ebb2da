"""What a server remembers: its models, what is loaded at which window, and its settings."""

from __future__ import annotations

import datetime
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.doubles.ollama.models import STORE, Model, canonical, details
from tests.doubles.ollama.reply import Refusal
from tests.doubles.ollama.versions import Version

GIB = 1024**3
FOR_EVER = datetime.datetime(2319, 3, 5, 2, 20, 48, 298053, datetime.UTC)
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
Cloud = Literal["offline", "signed_out", "signed_in"]


@dataclass(frozen=True)
class Runner:
    """One loaded model."""

    model: Model
    window: int
    shift: bool
    size: int
    on_gpu: int
    expires_at: datetime.datetime
    lasts: float = 0.0


class State:
    """The server's memory; every method may be called from any thread."""

    def __init__(self, models: Iterable[Model], version: Version, env: Mapping[str, str]) -> None:
        self.models = {model.canonical.lower(): model for model in models}
        self.version = version
        self.env = dict(env)
        self.gpu_memory = 0
        self.gpu_share = 0.0
        self.automatic_window: int | None = None
        self.load_seconds = 0.0
        self.loads: list[tuple[str, int]] = []
        self.busy = False
        self.cloud: Cloud = "offline"
        self._runners: dict[str, Runner] = {}
        self._lock = threading.RLock()
        self._loading = threading.Lock()

    @property
    def store(self) -> str:
        """The folder of the model store."""
        return self.env.get("OLLAMA_MODELS", STORE)

    def find(self, name: str) -> Model:
        """Give an installed model by name; 404 when there is none."""
        model = self.models.get(canonical(name).lower())
        if model is None:
            raise Refusal(404, f"model '{name}' not found")
        return model

    def window_for(self, model: Model, options: Mapping[str, Any] | None) -> int:
        """Resolve the window: request, Modelfile, server setting, automatic; then clamp."""
        asked = (options or {}).get("num_ctx")
        if asked is not None and (isinstance(asked, bool) or not isinstance(asked, int | float)):
            raise Refusal(500, 'option "num_ctx" must be of type integer')
        own = model.parameters.get("num_ctx")
        window = int(asked if asked is not None else own if own is not None else self.default)
        return max(4, min(window, model.longest_window or window))

    @property
    def default(self) -> int:
        """The window of a model for which nobody says otherwise."""
        setting = self.env.get("OLLAMA_CONTEXT_LENGTH", "").strip(" \"'")
        if setting.isdecimal() and int(setting) > 0:
            return int(setting)
        if self.automatic_window is not None:
            return self.automatic_window
        if self.version.sizes_window_by_gpu and self.gpu_memory >= 23 * GIB:
            return 262_144 if self.gpu_memory >= 47 * GIB else 32_768
        return 4096

    def load(
        self, model: Model, options: Mapping[str, Any] | None, keep: Any, *, shift: bool = True
    ) -> tuple[Runner, float]:
        """Make the model resident; give its runner and the seconds that loading took."""
        usual = _seconds(self.env.get("OLLAMA_KEEP_ALIVE", "5m"))
        lasts = None if keep is None else _seconds(keep)
        window = self.window_for(model, options)
        if self.busy:
            raise Refusal(503, "server busy, please try again.  maximum pending requests exceeded")
        if model.broken:
            raise Refusal(500, model.broken)
        begin = time.monotonic()
        with self._loading:
            runner = self._resident(model, window, shift)
            if runner is None:
                time.sleep(self.load_seconds)
                runner = self._place(model, window, shift)
                self.loads.append((model.canonical, window))
                lasts = usual if lasts is None else lasts
            # Without a wish of its own a request keeps what the one before asked for
            # [server/sched.go, useLoadedRunner].
            lasts = runner.lasts if lasts is None else lasts
            return self._prolong(runner, lasts), time.monotonic() - begin

    def _resident(self, model: Model, window: int, shift: bool) -> Runner | None:
        """Give the runner that serves this; another window or shift means a reload.

        Models of the same weights share a runner, which keeps the name it was loaded under
        [inferred from the source for equal windows; measured for different ones].
        """
        with self._lock:
            runner = self._runners.get(model.weights)
            if runner is None or (runner.window, runner.shift) == (window, shift):
                return runner
            del self._runners[model.weights]
            return None

    def _place(self, model: Model, window: int, shift: bool) -> Runner:
        slots = int(self.env.get("OLLAMA_NUM_PARALLEL") or 1)
        size = model.size + model.cache_per_token * window * slots
        soon = datetime.datetime.now(datetime.UTC)
        with self._lock:
            most = int(self.env.get("OLLAMA_MAX_LOADED_MODELS") or 3)
            while len(self._runners) >= most:
                del self._runners[min(self._runners, key=lambda k: self._runners[k].expires_at)]
            return Runner(model, window, shift, size, int(size * self.gpu_share), soon)

    def _prolong(self, runner: Runner, lasts: float) -> Runner:
        ends = FOR_EVER
        if lasts >= 0:
            ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=lasts)
        fresh = replace(runner, expires_at=ends, lasts=lasts)
        with self._lock:
            self._runners[runner.model.weights] = fresh
        return fresh

    def unload(self, model: Model) -> None:
        """Take the model out of memory."""
        with self._lock:
            self._runners.pop(model.weights, None)

    def loaded(self) -> list[Runner]:
        """What is resident now, the one that stays longest first."""
        now = datetime.datetime.now(datetime.UTC)
        with self._lock:
            self._runners = {k: r for k, r in self._runners.items() if r.expires_at > now}
            return sorted(self._runners.values(), key=lambda r: r.expires_at, reverse=True)

    def processes(self) -> list[dict[str, Any]]:
        """The items of `/api/ps`."""
        items = []
        for runner in self.loaded():
            item: dict[str, Any] = {
                "name": runner.model.canonical,
                "model": runner.model.canonical,
                "size": runner.size,
                "digest": runner.model.manifest,
                "details": {**details(runner.model), "parent_model": ""},
                "expires_at": runner.expires_at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
                "size_vram": runner.on_gpu,
            }
            if self.version.tells_loaded_window:
                item["context_length"] = runner.window
            items.append(item)
        return items


def _seconds(keep: Any) -> float:
    """Read a keep-alive: seconds, or a duration such as 5m; negative is for ever."""
    if isinstance(keep, int | float):
        return float(keep)
    text = str(keep).strip(" \"'")
    if re.fullmatch(r"-?\d+", text):
        return float(text)
    if not re.fullmatch(r"-?(\d+(\.\d+)?(ms|s|m|h))+", text):
        raise Refusal(400, f'time: invalid duration "{text}"')
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    total = sum(float(number) * UNITS[unit] for number, unit in parts)
    return -total if text.startswith("-") else total
