"""The real droid, run without a way out: what it lists, and one whole turn."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.doubles.namespace import ROOT, Namespace

REAL = ROOT / "tests/.real"
NEWEST = "0.225.2"
OTHERS = ("0.99.0", "0.105.1", "0.109.3", "0.117.0", "0.215.0")
# What a mount namespace of one run needs of the real `/etc`, beside the organisation's file.
ETC = ("passwd", "group", "hosts", "nsswitch.conf")
ON_ITS_OWN_ETC = """/bin/mount --bind "$0" /etc && exec "$@\""""
NOWHERE = "http://127.0.0.1:9"
PLACES = (
    "FACTORY_API_BASE_URL",
    "FACTORY_API_BASE_URL_EU",
    "FACTORY_APP_BASE_URL",
    "FACTORY_TELEMETRY_INGEST_BASE_URL",
    "FACTORY_WORKOS_BASE_URL",
    "FACTORY_PUBLIC_DOWNLOADS_BASE_URL",
)
SWITCHES = {
    "FACTORY_AIRGAP_ENABLED": "true",
    "FACTORY_DISABLE_KEYRING": "true",
    "FACTORY_DROID_AUTO_UPDATE_ENABLED": "false",
}
# droid looks for certificates with `grep` and `find`: without a PATH it finds neither, does not
# mind, and lists its models a fifth sooner.
NO_PROGRAMS = "/nonexistent"


class NoDroidError(Exception):
    """The droid binary is not there."""


def installed(version: str) -> Path:
    """Where CI installs a version, so that byok's own look at the package finds it too."""
    return REAL / version / "node_modules/@factory/cli-linux-x64/bin/droid"


def find_droid(version: str = NEWEST) -> Path:
    """Find the binary: for the newest `BYOK_DROID`, else where CI installs it."""
    told = os.environ.get("BYOK_DROID") if version == NEWEST else None
    binary = Path(told) if told else installed(version)
    if not binary.is_file():
        raise NoDroidError(f"the real droid is absent: {binary} does not exist")
    return binary


def airgapped(home: str | Path, path: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment in which droid needs no account and calls nobody."""
    own = {"HOME": str(home), "FACTORY_HOME_OVERRIDE": str(home), "PATH": path}
    return {**own, **SWITCHES, **dict.fromkeys(PLACES, NOWHERE), **(more or {})}


def help_text(
    namespace: Namespace,
    binary: Path,
    home: Path,
    cwd: Path,
    etc: Path | None = None,
    tries: int = 4,
) -> str:
    """What `droid exec --help` prints; "" when droid refuses to start.

    `etc` stands in for `/etc`, where the organisation's file lies. The runtime of the older droids
    crashes at its end now and then, and a busy machine lets one wait too long: asked again.
    """
    command = [str(binary), "exec", "--help"]
    if etc is not None:
        for name in ETC:
            (etc / name).write_bytes((Path("/etc") / name).read_bytes())
        mount = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", ON_ITS_OWN_ETC, str(etc)]
        command = [*mount, *command]
    for _ in range(tries):
        done = namespace.run(command, env=airgapped(home, NO_PROGRAMS), cwd=cwd)
        if done.rc in (0, 1):
            return done.stdout if done.rc == 0 else ""
    raise NoDroidError(f"droid exec --help ended with {done.rc}: {done.stderr[-300:]}")


def listing(help_text: str) -> list[tuple[str, str]]:
    """Read the block "Custom Models:" of `droid exec --help`: ids and display names.

    Each row is two blanks, the id padded to the longest one, three blanks, the name as it is.
    A name may hold blanks and line breaks; an id with three blanks in a row is not understood.
    """
    found = re.search(r"^Custom Models:\n(.*?)\n\nModel details:", help_text, re.M | re.S)
    rows: list[str] = []
    for row in found[1].split("\n") if found else []:
        if re.match(r"  \S", row) or not rows:
            rows.append(_wide(row[2:]))
        else:
            rows[-1] += _wide(f"\n{row}")
    width = _id_width(rows)
    return [(_narrow(row[:width]).rstrip(), _narrow(row[width + 3 :])) for row in rows]


def _id_width(rows: Sequence[str]) -> int:
    """Find the first column where some id ends and every row has the three blanks."""
    for width in range(1, max(map(len, rows), default=0) + 1):
        blank = all(not row[width : width + 3].strip(" ") for row in rows)
        if blank and any(row[width - 1 : width].strip() for row in rows):
            return width
    return 0


def _wide(text: str) -> str:
    """Make one character of each UTF-16 unit: that is what droid pads by."""
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(low | high << 8) for low, high in zip(*[iter(units)] * 2, strict=True))


def _narrow(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def exec_command(binary: Path, model_id: str, prompt: str, more: Sequence[str] = ()) -> list[str]:
    """The command of one turn, printing the answer as JSON; without an id droid's own default."""
    chosen = ["-m", model_id] if model_id else []
    return [str(binary), "exec", "-o", "json", *chosen, *more, prompt]


@dataclass(frozen=True)
class Droid:
    """A droid in a namespace; calls may come from several threads (two help on two cores)."""

    binary: Path
    namespace: Namespace

    def models(
        self, home: str | Path, cwd: str | Path | None = None, env: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Ask which custom models this home (and project folder) gives: (id, display name)."""
        result = self.namespace.run(
            [str(self.binary), "exec", "--help"],
            env=airgapped(home, NO_PROGRAMS, env),
            cwd=cwd or home,
        )
        if result.rc != 0 or "Usage:" not in result.stdout:
            raise NoDroidError(f"droid exec --help ended with {result.rc}: {result.stderr[-300:]}")
        return listing(result.stdout)

    def exec(
        self,
        home: str | Path,
        model_id: str,
        prompt: str,
        cwd: str | Path,
        more: Sequence[str] = (),
        timeout: float = 120.0,
    ) -> tuple[int, str]:
        """Run one turn; whatever it is to talk to must live in the same namespace."""
        result = self.namespace.run(
            exec_command(self.binary, model_id, prompt, more),
            env=airgapped(home, os.environ.get("PATH", "")),
            cwd=cwd,
            timeout=timeout,
        )
        return result.rc, result.stdout
