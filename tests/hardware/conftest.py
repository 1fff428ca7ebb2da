"""Compiles the stand-in for NVIDIA's library, once per run of the tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "fake_nvml.c"


@pytest.fixture(scope="session")
def nvml_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a libnvidia-ml.so.1 for LD_LIBRARY_PATH; skips without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        if os.environ.get("BYOK_REQUIRE_REAL_PARTS") == "1":
            pytest.fail("there is no C compiler, and BYOK_REQUIRE_REAL_PARTS=1 asks for it")
        pytest.skip("there is no C compiler to build the stand-in for NVIDIA's library")
    folder = tmp_path_factory.mktemp("nvml")
    name = "libnvidia-ml.so.1"
    flags = ["-shared", "-fPIC", "-Wall", "-Werror", f"-Wl,-soname,{name}"]
    subprocess.run([compiler, *flags, "-o", str(folder / name), str(SOURCE)], check=True)
    return folder
