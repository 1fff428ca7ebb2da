"""The shape of the house: who may import whom, and that every plug-in is registered."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import factory_byok
from factory_byok.checks import CODES
from factory_byok.commands import VERBS
from factory_byok.hardware import VENDORS
from factory_byok.live import EXERCISES
from factory_byok.providers import PROVIDERS

ROOT = Path(factory_byok.__file__).parent

# The ground: pure words and data that every room may stand on.
GROUND = {
    "units", "errors", "names", "address", "droid_facts", "spelling", "facts", "findings", "loose",
    "codec", "version", "ollama_values", "advice", "mend", "data",
}  # fmt: skip
# Pure judges: no clock, no disk, no network.
JUDGES = {"memory", "checks", "doctor", "recommend", "fitting"}
# Every other room, with the rooms that it may import beside itself and the ground.
ARROWS: dict[str, set[str]] = {
    **{room: {"memory"} if room == "data" else set() for room in GROUND},
    "memory": set(),
    "checks": {"memory"},
    "doctor": {"checks"},
    "recommend": {"memory"},
    "together": set(),
    "wire": set(),
    "world": {"wire"},
    "droid": {"settings", "world"},
    "settings": {"world"},
    "hardware": {"world"},
    "providers": {"hardware", "together", "wire", "world"},
    "live": {"droid", "settings", "together", "wire", "world"},
    "collect": {
        "droid",
        "hardware",
        "neighbours",
        "providers",
        "settings",
        "together",
        "wire",
        "world",
    },
    "neighbours": {"hardware", "providers", "world"},
    "redact": {"settings", "world"},
    "replay": set(),
    "answer": {"render"},
    "manifest": {"settings"},
    "fitting": {"memory", "recommend"},
    "newfile": set(),
    # What verbs do in more than one step: they may ask everybody; nobody but verbs and the screens
    # that show what they did asks them. Of `render` they use the progress line alone.
    "jobs": {
        "checks", "collect", "doctor", "droid", "fitting", "live", "manifest", "memory",
        "providers", "recommend", "render", "settings", "together", "wire", "world",
    },
    "render": {"answer", "fitting", "jobs", "memory", "recommend"},
    "completion": {
        "checks", "commands", "doctor", "live", "providers", "settings", "wire", "world",
    },
    "cli": {"answer", "commands", "completion", "render"},
}  # fmt: skip
ONLY_IN = {
    "subprocess": {"world"},
    "httpcore": {"wire"},
    "httpx": set(),
    "psutil": {"hardware"},
    "cpuinfo": {"hardware"},
    "pynvml": {"hardware"},
    "rich": {"render", "cli"},
    "typer": {"cli", "commands"},
}


def _room(path: Path) -> str:
    """The room of a file: its folder in the package, or its own name."""
    inside = path.relative_to(ROOT)
    return inside.parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions and for types."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "factory_byok":
                yield from (f"factory_byok.{alias.name}" for alias in node.names)
            else:
                yield node.module


FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__main__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    room = _room(path)
    if room in ("__init__", "commands"):
        return
    assert room in ARROWS, f"the room `{room}` is not on the map: add it to ARROWS with a reason"
    wrong = {
        module
        for module in _imports(path)
        if module.startswith("factory_byok.")
        and (other := module.split(".")[1]) not in {room, *GROUND, *ARROWS[room]}
        and (ROOT / other).exists() | (ROOT / f"{other}.py").exists()
    }
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_heavy_library_is_imported_only_in_its_room(path: Path) -> None:
    room = _room(path)
    for module in _imports(path):
        library = module.split(".")[0]
        assert room in ONLY_IN.get(library, {room}), f"{library} does not belong in {room}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_room_does_not_reach_outside(path: Path) -> None:
    if _room(path) not in GROUND | JUDGES:
        return
    outside = {"os", "socket", "subprocess", "time", "datetime", "pathlib", "threading", "httpcore"}
    assert not outside & {module.split(".")[0] for module in _imports(path)}


def _modules(folder: str) -> set[str]:
    """The plug-ins of a folder by file name."""
    return {path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"}


def test_every_check_is_registered() -> None:
    assert set(CODES) == _modules("checks")


def test_every_verb_is_registered() -> None:
    assert set(VERBS) == _modules("commands") - {"options"}


def _defining(folder: str, function: str) -> set[str]:
    """The plug-ins of a folder: the files that define its entry function."""
    return {
        path.stem
        for path in (ROOT / folder).glob("*.py")
        if f"\ndef {function}(" in path.read_text("utf-8")
    }


def test_every_provider_is_registered() -> None:
    registered = {module.__name__.rpartition(".")[2] for module in PROVIDERS.values()}
    files = (ROOT / "providers").glob("*.py")
    assert registered == {path.stem for path in files if "\nTITLE: " in path.read_text("utf-8")}


def test_every_vendor_is_registered() -> None:
    others = {"ram", "cpu", "disk", "machine", "processes"}
    assert set(VENDORS) == _defining("hardware", "probe") - others


def test_every_exercise_is_registered() -> None:
    assert list(EXERCISES) == ["chat", "stream", "tools", "window", "speed"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
