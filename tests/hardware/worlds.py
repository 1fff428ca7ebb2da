"""Machines that are not here: a folder planted as `/`, canned programs and canned modules."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from factory_byok.core.facts import System
from factory_byok.core.world import Completed, ProgramError, World

CAPTURES = Path(__file__).parent / "captures"


def capture(name: str) -> str:
    """The text of a capture."""
    return (CAPTURES / name).read_text("utf-8")


def plant(root: Path, tree: str) -> None:
    """Makes the files of a `.tree` capture: `=== path` and its text, or `=== path -> target`."""
    for section in tree.split("\n=== ")[1:]:
        head, _, body = section.partition("\n")
        name, _, target = head.partition(" -> ")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if target:
            path.symlink_to(target)
        else:
            path.write_text(body, "utf-8")


def programs(answers: Mapping[str, Completed]) -> Callable[..., Completed]:
    """A door to programs that knows whole command lines, or their first words."""

    def run(command: Sequence[str], **_: Any) -> Completed:
        for length in range(len(command), 0, -1):
            line = " ".join([Path(command[0]).name, *command[1:length]])
            if line in answers:
                return answers[line]
        raise ProgramError(f"`{command[0]}` was not found")

    return run


def said(out: str, code: int = 0, err: str = "") -> Completed:
    """What a program left."""
    return Completed(code, out, err)


def memory_module(total: int, available: int) -> SimpleNamespace:
    """A psutil that tells so much memory."""
    told = SimpleNamespace(total=total, available=available)
    return SimpleNamespace(virtual_memory=lambda: told, PROCFS_PATH="/proc")


def a_world(
    root: Path,
    *,
    system: System = "linux",
    tree: str = "",
    env: Mapping[str, str] | None = None,
    run: Mapping[str, Completed] | None = None,
    modules: Mapping[str, Any] | None = None,
) -> World:
    """A machine under `root` with nothing but what is stated; absent modules raise ImportError."""
    if tree:
        plant(root, "\n" + capture(tree))
    answers, known = run or {}, modules or {}

    def load(name: str) -> Any:
        if name not in known:
            raise ImportError(f"No module named {name!r}")
        return known[name]

    home = root / "home/ada"
    home.mkdir(parents=True, exist_ok=True)
    return World(
        system=system,
        home=home,
        user_home=home,
        cwd=home,
        env=env or {},
        root=root,
        run=programs(answers),
        which=lambda name: (
            f"/usr/bin/{name}" if any(name == a.split()[0] for a in answers) else None
        ),
        load=load,
    )
