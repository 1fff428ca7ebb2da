"""The shape of the house: who may import whom, and that every plug-in is registered."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

import factory_byok
from factory_byok.commands import VERBS
from factory_byok.diagnosis.checks import CHECKS, CODES
from factory_byok.exercises.runner import EXERCISES
from factory_byok.hardware import VENDORS
from factory_byok.providers import PROVIDERS
from factory_byok.providers.hosted import HOSTED
from factory_byok.workflows.actions import KINDS

ROOT = Path(factory_byok.__file__).parent

# The floors, from the top one down: an import only ever points to a lower floor. Rooms that share a
# floor do not know each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("completion",),
    ("commands",),
    ("reports",),
    ("screens",),
    ("workflows",),
    ("diagnosis",),
    ("exercises", "providers"),
    ("droid", "hardware", "sizing"),
    ("core", "version"),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Pure: no clock, no disk, no network.
PURE = (
    "core/units",
    "core/errors",
    "core/facts",
    "core/droid_facts",
    "core/findings",
    "core/model_names",
    "core/addresses",
    "core/json_fields",
    "core/masking",
    "core/serialization",
    "droid/field_names",
    "droid/listing",
    "droid/rules",
    "droid/entry_edits",
    "sizing",
    "diagnosis/checks",
    "diagnosis/examine",
    "diagnosis/advice",
)
ONLY_IN = {
    "subprocess": {"core/world"},
    "httpcore": {"core/http"},
    "httpx": {"core/http"},
    "psutil": {"hardware"},
    "cpuinfo": {"hardware"},
    "pynvml": {"hardware"},
    "rich": {"screens", "cli"},
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


def _known(module: str) -> str:
    """The room of an imported module of byok's; "" for any other."""
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    return room if package == "factory_byok" and room in FLOOR else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_import_only_points_down(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    assert room in FLOOR, f"the room `{room}` is not on the map: add it to FLOORS with a reason"
    for module in _imports(path):
        other = _known(module)
        if other and other != room:
            assert FLOOR[other] > FLOOR[room], f"{room} may not import {module}"


def _inside(path: Path, places: Collection[str]) -> bool:
    """Whether a file is one of these places, or lies in one."""
    name = path.relative_to(ROOT).with_suffix("").as_posix()
    return any(name == place or name.startswith(f"{place}/") for place in places)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_heavy_library_is_imported_only_in_its_room(path: Path) -> None:
    for module in _imports(path):
        library = module.split(".")[0]
        if library in ONLY_IN:
            assert _inside(path, ONLY_IN[library]), f"{library} does not belong here"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_leave_through_the_one_exit(path: Path) -> None:
    if _inside(path, ("screens/output", "completion/shells")):
        return
    text = path.read_text("utf-8")
    ways = r"stdout\.write\(|stderr\.write\(|(?<![\w.])print\("
    assert not re.search(ways, text), "these words pass no mask: use `screens.output`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_room_does_not_reach_outside(path: Path) -> None:
    if not _inside(path, PURE):
        return
    outside = {"os", "socket", "subprocess", "time", "datetime", "pathlib", "threading", "httpx"}
    assert not outside & {module.split(".")[0] for module in _imports(path)}


def _modules(folder: str) -> set[str]:
    """The plug-ins of a folder by file name."""
    return {path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"}


def test_every_check_is_registered_and_explained() -> None:
    assert set(CODES) == _modules("diagnosis/checks")
    assert [check.__name__ for check in CHECKS if not (check.TITLE and check.WHAT_TO_DO)] == []


def test_every_verb_is_registered() -> None:
    assert set(VERBS) == _modules("commands") - {"options", "consent", "add_all", "add_words"}


def _defining(folder: str, function: str) -> set[str]:
    """The plug-ins of a folder: the files that define its entry function."""
    return {
        path.stem
        for path in (ROOT / folder).glob("*.py")
        if f"\ndef {function}(" in path.read_text("utf-8")
    }


def test_every_provider_is_registered() -> None:
    files = (ROOT / "providers").rglob("*.py")
    written = [path for path in files if "\nPROVIDER: Final = " in path.read_text("utf-8")]
    registered = {name.replace("-", "_") for name in set(PROVIDERS) - HOSTED}
    assert {(path.parent if path.stem == "__init__" else path).stem for path in written} == (
        registered
    )


def test_every_vendor_is_registered() -> None:
    others = {"ram", "cpu", "disk", "machine", "processes"}
    assert set(VENDORS) == _defining("hardware", "probe") - others


def test_every_exercise_is_registered() -> None:
    assert list(EXERCISES) == ["chat", "stream", "tools", "window", "speed"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_every_action_is_registered() -> None:
    assert set(KINDS) == _modules("workflows/actions") - {"running", "edit_settings"}
    for module in KINDS.values():
        assert all(hasattr(module, name) for name in ("describe", "do", "done", "undo"))
