"""What is known of one model that may be run: by its server, by the catalogue, by its name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from factory_byok.core.facts import NOT_READ, Json, Known, Loaded, Model, Server
from factory_byok.core.model_names import is_cloud, parameters_in, same_model
from factory_byok.core.units import Bytes, Parameters, Tokens
from factory_byok.sizing import catalogue
from factory_byok.sizing.memory.cache import BLOCK_BYTES
from factory_byok.sizing.memory.demand import Device, demand
from factory_byok.sizing.memory.placement import corrected
from factory_byok.sizing.memory.shape import DRAFTS, Shape, guessed_shape, read_shape

Source = Literal["loaded", "server", "catalogue", "name", "cloud"]
ToolCalls = Literal["yes", "unknown", "as text", "no"]

KV_SETTING: Final = "OLLAMA_KV_CACHE_TYPE"
PARALLEL_SETTING: Final = "OLLAMA_NUM_PARALLEL"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model: its shape, where that was learnt, and whether it calls tools.

    `tools` is "as text" for a model whose calls come back as text. `loaded_at` is the window that
    it is loaded with now and `held` the bytes that it takes, 0 when it is not. `pictures` says that
    it has a part of its own for them. `window` is what the server gives it with the next request
    and `decided_by` why, 0 and "" when that is not known. A `cloud` model needs no memory here.
    """

    name: str
    shape: Shape
    source: Source
    tools: ToolCalls
    quantization: str = ""
    loaded_at: Tokens = Tokens(0)
    installed: bool = False
    pictures: bool = False
    held: Bytes = Bytes(0)
    window: Tokens = Tokens(0)
    decided_by: str = ""

    @property
    def cloud(self) -> bool:
        """Whether Ollama's cloud runs it."""
        return self.source == "cloud"


def installed(model: Model, server: Server) -> Candidate:
    """A model that a server has: its own metadata, corrected by its size when it is loaded."""
    if model.remote:
        return _in_the_cloud(model.name, model)
    shape = _shape_of(model)
    loaded = _loaded(model, server)
    source: Source = "server"
    if loaded is not None and isinstance(loaded.window, Known):
        better = _corrected(shape, loaded, loaded.window.value, server)
        source = "loaded" if better.basis == "measured" else source
        shape = better
    return Candidate(
        name=model.name,
        shape=shape,
        source=source,
        tools=_tools_of(model),
        quantization=model.quantization,
        loaded_at=loaded.window.value if loaded and isinstance(loaded.window, Known) else Tokens(0),
        installed=True,
        pictures=isinstance(model.capabilities, Known) and "vision" in model.capabilities.value,
        held=loaded.size if loaded else Bytes(0),
        window=model.window.value.tokens if isinstance(model.window, Known) else Tokens(0),
        decided_by=model.window.value.decided_by if isinstance(model.window, Known) else "",
    )


def all_installed(server: Server | None) -> tuple[Candidate, ...]:
    """The models of a server that can hold a conversation, as far as is known."""
    told = server.models if server else NOT_READ
    models = told.value if isinstance(told, Known) else ()
    return tuple(installed(each, server) for each in models if server and each.chats)


def by_name(name: str) -> Candidate | None:
    """A model that no server here has: the catalogue's row, else a guess from its name.

    None when the name does not even tell how many parameters it has.
    """
    if is_cloud(name):
        return _in_the_cloud(name)
    found = catalogue.find(name)
    if found is None:
        return None
    shape = found.shape
    if found.row and found.basis == "assumed":
        listed = found.quantization in found.row.sizes
        how = "is confirmed by no page" if listed else "is worked out from its bits per weight"
        note = f"The size of {found.quantization.upper()} {how}"
        shape = replace(shape, basis="assumed", assumptions=(*shape.assumptions, note))
    return Candidate(
        name=name,
        shape=shape,
        source="catalogue" if found.row else "name",
        tools=_tools_by_name(name),
        quantization=found.quantization.upper(),
        pictures=found.pictures,
    )


def _in_the_cloud(name: str, model: Model | None = None) -> Candidate:
    """A model that needs no memory here."""
    here = by_name(re.sub(r"[:-]cloud$", "", name))  # the same model, as it is at home
    count = here.shape.parameters if here else parameters_in(name) or 0
    longest = here.shape.longest_window if here else Tokens(0)
    tools: ToolCalls = here.tools if here else "unknown"
    if model is not None:
        count = model.parameters.value if isinstance(model.parameters, Known) else count
        longest = model.longest_window.value if isinstance(model.longest_window, Known) else longest
        tools = _tools_of(model)
    shape = Shape("", Bytes(0), Parameters(count), 0, (), longest_window=longest)
    return Candidate(name, shape, "cloud", tools, installed=model is not None)


# --- the shape -----------------------------------------------------------------------------------


def _shape_of(model: Model) -> Shape:
    """The shape by `/api/show`, else by the catalogue, else by the number of parameters."""
    count = model.parameters.value if isinstance(model.parameters, Known) else None
    row = catalogue.lookup(model.name)
    if model.shape:
        shape = _told_shape(model, count)
    elif row:
        shape = read_shape(row.info, model.weights, count)
    elif model.weights or count:
        shape = read_shape({}, model.weights, count)
    else:
        shape = guessed_shape(Bytes(0), Parameters(0))
    if not shape.longest_window and isinstance(model.longest_window, Known):
        return replace(shape, longest_window=model.longest_window.value)
    return shape


def _told_shape(model: Model, count: Parameters | None) -> Shape:
    """The shape by the server; arrays that it leaves out are those of the same model elsewhere."""
    drafts = model.settings.get(DRAFTS, "")
    family = model.shape.get("general.architecture", model.family)
    ahead: dict[str, Json] = {f"{family}.{DRAFTS}": int(drafts)} if drafts.isdecimal() else {}
    shape = read_shape({**model.shape, **ahead}, model.weights, count)
    same = catalogue.like(model.shape) if shape.needs_verbose else None
    if same is None:
        return shape
    told = {key: value for key, value in model.shape.items() if value is not None}
    return read_shape({**same.info, **told, **ahead}, model.weights, count)


def _loaded(model: Model, server: Server) -> Loaded | None:
    """The model in memory, when it is there."""
    loaded: Iterable[Loaded] = server.loaded.value if isinstance(server.loaded, Known) else ()
    return next((each for each in loaded if each.size and same_model(each.name, model.name)), None)


def _corrected(shape: Shape, loaded: Loaded, window: Tokens, server: Server) -> Shape:
    """The shape that meets the size of the loaded model, under the server's own settings."""
    kv_type, slots = server_settings(server)
    device: Device = "cuda" if loaded.on_gpu else "cpu"
    return corrected(shape, loaded.size, demand(shape, window, kv_type, slots, device=device))


def server_settings(server: Server | None) -> tuple[str, int]:
    """How a server keeps its cache, and for how many conversations; f16 and 1 unless it tells."""
    told = server.settings if server else NOT_READ
    variables = told.value.variables if isinstance(told, Known) else NOT_READ
    settings = variables.value if isinstance(variables, Known) else {}
    kv_type = settings.get(KV_SETTING, "").strip(" \"'").lower()
    slots = settings.get(PARALLEL_SETTING, "").strip(" \"'")
    return (
        kv_type if kv_type in BLOCK_BYTES else "f16",
        int(slots)
        if slots.isascii() and slots.isdigit() and 0 < len(slots) < 4 and int(slots)
        else 1,
    )


# --- tool calls ----------------------------------------------------------------------------------


def _tools_of(model: Model) -> ToolCalls:
    """What the server tells; its list alone may leave tools out (Ollama v0.33.0-rc2)."""
    if isinstance(model.capabilities, Known) and "tools" in model.capabilities.value:
        return "as text" if catalogue.writes_calls_as_text(model.name) else "yes"
    if isinstance(model.capabilities, Known) and (model.shape or model.remote_host):
        return "no"
    return _tools_by_name(model.name)


def _tools_by_name(name: str) -> ToolCalls:
    """What the catalogue knows of a model's tool calls."""
    if catalogue.writes_calls_as_text(name):
        return "as text"
    row = catalogue.lookup(name)
    if row is None or row.tools is None:
        return "unknown"
    return "yes" if row.tools else "no"
