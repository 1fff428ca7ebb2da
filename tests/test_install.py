"""The wheel, installed into fresh environments: every newer Python here, pipx and uv."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from factory_byok import __version__
from factory_byok.diagnosis.checks import CODES
from tests.doubles.real_parts import missing

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("install")]

ROOT = Path(__file__).parent.parent
REAL_HOME = Path.home()  # before a test gets an empty one
OLDEST = (3, 11)
SECONDS = 240


def call(*command: str | Path, codes: tuple[int, ...] = (0,), **env: str) -> str:
    """What a program prints; its whole output when it fails."""
    ran = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ran.returncode in codes, ran.stdout + ran.stderr
    return ran.stdout


@functools.cache
def version_of(python: Path) -> tuple[int, int]:
    """A Python's version; (0, 0) for what is none (a pyenv shim of another version)."""
    words = [str(python), "-c", "import sys, venv; print(*sys.version_info[:2])"]
    try:
        ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return (0, 0)
    major, minor = ran.stdout.split()
    return int(major), int(minor)


def pythons() -> dict[str, Path]:
    """One Python of each version from 3.11 on: this one, those on PATH, and pyenv's."""
    found = [Path(sys.executable).resolve()]
    for minor in range(OLDEST[1], OLDEST[1] + 8):
        told = shutil.which(f"python3.{minor}")
        found += [Path(told)] if told else []
    for folder in sorted((REAL_HOME / ".pyenv/versions").glob("3.*")):
        found.append(folder / "bin/python3")
    versions: dict[str, Path] = {}
    for python in found:
        version = version_of(python)
        if version >= OLDEST:
            versions.setdefault(f"{version[0]}.{version[1]}", python)
    return versions


PYTHONS = pythons()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of downloads for these tests alone; every dependency is still resolved."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """byok's wheel, built once in isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    call(sys.executable, *words, PIP_CACHE_DIR=str(cache))
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_everything(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"factory_byok-{__version__}.dist-info/METADATA").decode()
        entry_points = archive.read(
            f"factory_byok-{__version__}.dist-info/entry_points.txt"
        ).decode()
    package = ROOT / "factory_byok"
    sources = {
        f"factory_byok/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    schemas = {f"factory_byok/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert schemas
    assert sorted((sources | schemas) - names) == []
    assert [name for name in names if name.startswith("tests/")] == []
    assert "Requires-Python: >=3.11" in metadata
    assert "byok = factory_byok.cli:main" in entry_points


@pytest.mark.parametrize("python", PYTHONS)
def test_pip_installs_it_into_a_fresh_environment(
    python: str, wheel: Path, cache: Path, tmp_path: Path
) -> None:
    home = tmp_path / "fresh"
    call(PYTHONS[python], "-m", "venv", "--without-pip", home)
    pip = (sys.executable, "-m", "pip", "--python", home / "bin/python")
    call(*pip, "install", "--quiet", wheel, PIP_CACHE_DIR=str(cache))
    works(home / "bin/byok", python, tmp_path)
    assert "No broken requirements" in call(*pip, "check")


def works(byok: Path, python: str, folder: Path) -> None:
    """byok, as it was installed there, does its work outside of the checkout."""
    told = call(byok, "--version")
    assert f"byok {__version__}" in told
    assert f"python {python}." in told
    assert re.search(r"droid \d+\.\d+\.\d+ and Ollama \d+\.\d+", told)
    assert json.loads(call(byok, "list", "--json"))["data"]["entries"] == []
    listed = [line.partition(":")[0] for line in call(byok, "explain").splitlines()]
    assert listed[: len(CODES)] == list(CODES)
    assert "# The house" in call(byok, "explain", "architecture")  # the pages are in the wheel
    words = ("add", "ollama", "qwen2.5-coder:32b", "--no-check", "--json")  # reads the schemas
    assert json.loads(call(byok, *words))["status"] in ("ok", "note", "warning")
    call(byok, "snapshot", "--timeout", "1", "--quiet", "-o", folder / "snapshot.json")
    page = ("doctor", "--from", folder / "snapshot.json", "--format", "html")
    shown = call(byok, *page, codes=(0, 1))  # a machine without a server is one with an error
    assert "<svg" in shown
    call(byok, "remove", "qwen2.5-coder:32b")


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The folder of pipx and uv."""
    home = tmp_path_factory.mktemp("tools")
    call(sys.executable, "-m", "venv", home)
    ran = subprocess.run(
        [home / "bin/pip", "install", "--quiet", "pipx", "uv"],
        env={**os.environ, "PIP_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        missing(f"pipx and uv could not be installed: {ran.stderr.strip()[-300:]}")
    return home / "bin"


def test_pipx_installs_it(tools: Path, wheel: Path, cache: Path, tmp_path: Path) -> None:
    python = max(PYTHONS, key=lambda each: int(each.partition(".")[2]))
    call(
        tools / "pipx", "install", "--python", PYTHONS[python], wheel,
        PIP_CACHE_DIR=str(cache),
        PIPX_HOME=str(tmp_path / "pipx"), PIPX_BIN_DIR=str(tmp_path / "bin"),
    )  # fmt: skip
    works(tmp_path / "bin/byok", python, tmp_path)


def test_uv_installs_it(tools: Path, wheel: Path, cache: Path, tmp_path: Path) -> None:
    python = next(iter(PYTHONS))
    call(
        tools / "uv", "tool", "install", "--quiet", "--python", PYTHONS[python], wheel,
        UV_TOOL_DIR=str(tmp_path / "uv"), UV_TOOL_BIN_DIR=str(tmp_path / "bin"),
        UV_CACHE_DIR=str(cache / "uv"), UV_PYTHON_DOWNLOADS="never",
    )  # fmt: skip
    works(tmp_path / "bin/byok", python, tmp_path)
