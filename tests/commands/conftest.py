"""A runner for whole command lines."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from factory_byok import cli
from factory_byok.droid.settings.schema import schema

REPORT = Draft202012Validator(schema("report"))


@dataclass(frozen=True)
class Ran:
    """What a command line left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """stdout as the envelope."""
        body: dict[str, Any] = json.loads(self.out)
        return body

    @property
    def data(self) -> dict[str, Any]:
        """The envelope's data."""
        data: dict[str, Any] = self.json["data"]
        return data


Byok = Callable[..., Ran]


def _fits_its_schema(out: str) -> None:
    """What any verb of any test prints as JSON fits the schema of that verb, and leads on."""
    body = json.loads(out)
    wrong = best_match(REPORT.iter_errors(body))
    assert wrong is None, f"{wrong.json_path}: {wrong.message}"
    assert body["next"]["text"], "no next step"


@pytest.fixture
def byok(capsys: pytest.CaptureFixture[str]) -> Byok:
    """Runs one command line: `byok("list", "--json")`."""

    def run(*words: str) -> Ran:
        capsys.readouterr()
        code = cli.run(list(words))
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        if "--json" in words and told.out:
            _fits_its_schema(told.out)
        return Ran(code, told.out, told.err)

    return run


@pytest.fixture
def factory(empty_home: Path) -> Path:
    """droid's folder in the empty home."""
    folder = empty_home / ".factory"
    folder.mkdir()
    return folder
