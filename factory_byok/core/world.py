"""Everything outside, in one replaceable object: programs, HTTP, environment, home, modules."""

import importlib
import os
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from factory_byok.core.addresses import Address, default_endpoint, parse_endpoint
from factory_byok.core.errors import ByokError

if TYPE_CHECKING:
    from factory_byok.core.facts import System
    from factory_byok.core.http import Http

DROID_VERSION: Final = "BYOK_DROID_VERSION"  # the variable behind `--droid-version`
PROGRAM_DEADLINE: Final = 2.0  # seconds for a program that only reports


class Completed(NamedTuple):
    """What a program left: its exit code and its two outputs as text."""

    code: int
    out: str
    err: str


class ProgramError(ByokError):
    """A program could not be started or did not end in time."""


def run_program(
    command: Sequence[str],
    *,
    deadline: float = PROGRAM_DEADLINE,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Runs a program without a shell and without input, at most `deadline` seconds.

    `env` replaces the whole environment. Raises ProgramError when it cannot start or is too slow.
    """
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=deadline,
            env=None if env is None else dict(env),
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError:
        raise ProgramError(f"`{command[0]}` was not found") from None
    except subprocess.TimeoutExpired:
        raise ProgramError(f"`{command[0]}` did not end within {deadline:g} s") from None
    except OSError as error:
        raise ProgramError(f"`{command[0]}` did not start: {error.strerror}") from None
    return Completed(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )


def _http() -> "Http":
    """The HTTP door, imported only when a verb uses the network (httpx costs 50 ms and more)."""
    from factory_byok.core.http import Http

    return Http()


def _system() -> "System":
    """The operating system by the name that the facts use."""
    name = platform.system().lower()
    return "windows" if name == "windows" else "darwin" if name == "darwin" else "linux"


@dataclass(frozen=True)
class World:
    """The outside as byok uses it; tests replace single doors.

    `home` holds `.factory` (FACTORY_HOME_OVERRIDE moves it, HOME is the fallback); `user_home` is
    the user's own. `root` stands before `/proc`, `/sys` and `/etc` so that captures can stand in.
    `load` imports a module by name: the door to NVML, psutil, cpuinfo and the registry.
    `droid_versions` names the droids that this machine is prepared for, none for the installed one.
    """

    system: "System"
    home: Path
    user_home: Path
    cwd: Path
    env: Mapping[str, str]
    root: Path = Path("/")
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    run: Callable[..., Completed] = run_program
    which: Callable[[str], str | None] = which
    load: Callable[[str], Any] = importlib.import_module
    host_name: str = ""
    droid_versions: tuple[str, ...] = ()
    open_http: Callable[[], "Http"] = field(default=_http)

    @classmethod
    def real(cls) -> "World":
        """The world as this process finds it. Raises ByokError when there is no home folder."""
        env = dict(os.environ)
        user_home = _home(env)
        override = env.get("FACTORY_HOME_OVERRIDE", "")
        return cls(
            system=_system(),
            home=Path(override) if override else user_home,
            user_home=user_home,
            cwd=_cwd(),
            env=env,
            host_name=platform.node(),
            droid_versions=tuple(env.get(DROID_VERSION, "").replace(",", " ").split()),
        )

    def address(self, endpoint: str = "") -> Address:
        """The server root that the user named, else the one of OLLAMA_HOST. Raises UsageError."""
        if endpoint:
            return parse_endpoint(endpoint)
        return default_endpoint(self.env.get("OLLAMA_HOST", ""))

    def printed(self, command: Sequence[str]) -> str:
        """What a program prints, without the spaces around it; "" when it is not there or fails."""
        try:
            done = self.run(command)
        except ByokError:
            return ""
        return done.out.strip() if done.code == 0 else ""

    @property
    def http(self) -> "Http":
        """The HTTP door."""
        return self.open_http()

    @property
    def state(self) -> Path:
        """The folder for what byok must remember (earlier bytes for undo), private to the user."""
        if self.system == "windows":
            return Path(self.env.get("LOCALAPPDATA") or self.user_home / "AppData/Local") / "byok"
        return Path(self.env.get("XDG_STATE_HOME") or self.user_home / ".local/state") / "byok"

    @property
    def cache(self) -> Path:
        """The folder for what byok may forget (the CPU's name)."""
        if self.system == "windows":
            return self.state / "cache"
        if self.system == "darwin":
            return self.user_home / "Library/Caches/byok"
        return Path(self.env.get("XDG_CACHE_HOME") or self.user_home / ".cache") / "byok"


def _home(env: Mapping[str, str]) -> Path:
    """The user's home as droid finds it: HOME, USERPROFILE, else the system's own answer."""
    for name in ("HOME", "USERPROFILE"):
        if env.get(name):
            return Path(env[name])
    try:
        return Path.home()
    except RuntimeError:
        raise ByokError("There is no home folder", "Set HOME to your home folder") from None


def _cwd() -> Path:
    """The working folder; the file system's root when it has been deleted under us."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")
