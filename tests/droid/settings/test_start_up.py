"""What looking at the settings may import: start-up is a feature, and writing needs far more."""

import subprocess
import sys

import pytest

HEAVY = (
    "writing.transaction", "writing.journal", "writing.record", "writing.disk", "edit",
    "edit.located", "jsonc.reader", "jsonc.outline", "jsonc.faults", "jsonc.repair", "mask",
    "edit.text_diff", "change", "destination",
)  # fmt: skip
ASK = """
import sys
before = set(sys.modules)
import factory_byok.droid.settings.look
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.outside
def test_looking_imports_nothing_that_only_writing_and_faults_need() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "factory_byok.droid.settings.look" in imported
    assert not imported & {f"factory_byok.droid.settings.{name}" for name in HEAVY}
    assert not imported & {"ctypes", "difflib", "hashlib", "secrets", "filelock"}
