"""Reads a manifest: TOML or JSON, checked, or the first thing that is wrong with its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path as File
from typing import Any, Final

from factory_byok.core.addresses import parse_address
from factory_byok.core.errors import ByokError
from factory_byok.core.model_names import same_model
from factory_byok.core.units import GB, Bytes, Tokens
from factory_byok.core.words import lower_first
from factory_byok.droid.settings import document, jsonc
from factory_byok.droid.settings.jsonc.outline import outline
from factory_byok.workflows.apply.manifest.facts import (
    Manifest,
    ManifestFault,
    Path,
    WantedEntry,
    WantedModel,
)
from factory_byok.workflows.apply.manifest.json_lines import json_lines
from factory_byok.workflows.apply.manifest.rules import Wrong, wrongs
from factory_byok.workflows.apply.manifest.toml_lines import toml_lines

LOOKS_LIKE: Final = "`byok explain manifest` shows how one looks"
MOST_BYTES: Final = 1_000_000  # a manifest is written by hand
_AT: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_manifest(file: File) -> Manifest:
    """The manifest in a file. Raises ByokError: ManifestFault with the line, if it has one."""
    text = document.read(file, most_bytes=MOST_BYTES).text
    if text is None:
        raise ByokError(f"There is no file {file}", LOOKS_LIKE)
    return parse_manifest(str(file), text)


def parse_manifest(name: str, text: str) -> Manifest:
    """The manifest in a text; `name` is how to call it. Raises ManifestFault.

    A name that ends in `.json` or `.jsonc`, or a text that begins with a brace, is JSON.
    """
    text = text.removeprefix("\ufeff")
    is_json = name.endswith((".json", ".jsonc")) or text.lstrip()[:1] == "{"
    body, lines = (_json if is_json else _toml)(name, text)
    found = sorted(wrongs(body), key=lambda wrong: (wrong.missing, _line(lines, wrong.path)))
    for wrong in found:
        raise ManifestFault(name, _line(lines, wrong.path), wrong.sentence, wrong.hint)
    manifest = _built(name, body, lines)
    for wrong in _senseless(manifest, body):
        raise manifest.fault(_line(lines, wrong.path), wrong.sentence, wrong.hint)
    return manifest


def _toml(file: str, text: str) -> tuple[Any, dict[Path, int]]:
    """The values and lines of a TOML text. Raises ManifestFault."""
    try:
        return tomllib.loads(text), toml_lines(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))  # the place; its words are for developers of parsers
        line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
        raise ManifestFault(file, line, "This is not TOML", LOOKS_LIKE) from None
    except RecursionError:
        raise ManifestFault(file, 1, "It is nested too deeply") from None


def _json(file: str, text: str) -> tuple[Any, dict[Path, int]]:
    """The values and lines of a JSON text, comments allowed. Raises ManifestFault."""
    try:
        value = jsonc.load(text)
    except jsonc.Fault as fault:
        sentence = f"This is not JSON: {lower_first(fault.message)}"
        raise ManifestFault(file, fault.line, sentence, LOOKS_LIKE) from None
    lines, twice = json_lines(text, outline(text))
    if twice is not None:
        raise ManifestFault(file, lines[twice], f"`{twice[-1]}` is there twice")
    return value, lines


def _line(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of what it stands in."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _built(file: str, body: Mapping[str, Any], lines: Mapping[Path, int]) -> Manifest:
    """The manifest of values that fit the schema."""
    hardware = body.get("hardware", {})
    models, entries = body.get("models", ()), body.get("entries", ())
    return Manifest(
        file=file,
        default=body.get("default", ""),
        droid_versions=tuple(body.get("droid_versions", ())),
        memory=_size(hardware.get("memory")),
        gpu_memory=_size(hardware.get("gpu_memory")),
        endpoints={name: _root(where) for name, where in body.get("endpoints", {}).items()},
        models=tuple(_model(each, lines["models", at]) for at, each in enumerate(models)),
        entries=tuple(_entry(each, lines["entries", at]) for at, each in enumerate(entries)),
    )


def _model(row: Mapping[str, Any], line: int) -> WantedModel:
    """One of `models`."""
    return WantedModel(row["name"], row.get("endpoint", ""), _tokens(row.get("window")), line)


def _entry(row: Mapping[str, Any], line: int) -> WantedEntry:
    """One of `entries`."""
    return WantedEntry(
        name=row["name"],
        provider=row.get("provider", "ollama"),
        model=row["model"],
        endpoint=row.get("endpoint", ""),
        max_output=_tokens(row.get("max_output")),
        key_env=row.get("key_env", ""),
        compaction_limit=_tokens(row.get("compaction_limit")),
        line=line,
    )


def _root(where: str) -> str:
    """An endpoint as it is written, "" for the default one."""
    return "" if where == "default" else where


def _size(text: str | None) -> Bytes | None:
    """A size in bytes, GB being 10^9 as on Factory's page."""
    return None if text is None else Bytes(round(float(text.removesuffix("GB")) * GB))


def _tokens(count: float | None) -> Tokens | None:
    """A whole number, which JSON may write as `32000.0`."""
    return None if count is None else Tokens(int(count))


def _senseless(manifest: Manifest, body: Mapping[str, Any]) -> Iterator[Wrong]:
    """What the schema cannot say: names that lead nowhere, and names that are there twice."""
    for name, where in manifest.endpoints.items():
        if where:
            yield from _bad_url(("endpoints", name), where)
    used = [(("models", index), each.endpoint) for index, each in enumerate(manifest.models)]
    used += [(("entries", index), each.endpoint) for index, each in enumerate(manifest.entries)]
    for place, endpoint in used:
        yield from _bad_endpoint((*place, "endpoint"), endpoint, manifest)
    for index, model in enumerate(manifest.models):
        if any(
            same_model(model.name, other.name)
            and manifest.root(model.endpoint) == manifest.root(other.endpoint)
            for other in manifest.models[:index]
        ):
            yield Wrong(("models", index), f"`{model.name}` is there twice")
    names = [entry.name for entry in manifest.entries]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Wrong(("entries", index, "name"), f"Two entries are called `{name}`")
    if manifest.default and manifest.default not in names:
        sentence = f"`default` names no entry of this manifest: `{manifest.default}`"
        yield Wrong(("default",), sentence, _near(manifest.default, names))


def _bad_url(path: Path, where: str) -> Iterator[Wrong]:
    """Why an endpoint is no server root; a URL that may hold a secret is not repeated."""
    if any(sign in where for sign in "@?#"):
        yield Wrong(
            path,
            f"The endpoint `{path[-1]}` holds a login or a query",
            "Give the bare server root; a key is named with `key_env`",
        )
    elif parse_address(where) is None:
        yield Wrong(
            path,
            f"The endpoint `{path[-1]}` is no http or https URL: `{where}`",
            'Give a server root such as "http://localhost:11434", or "default"',
        )


def _bad_endpoint(path: Path, name: str, manifest: Manifest) -> Iterator[Wrong]:
    """Why an endpoint's name leads nowhere."""
    if not name or name == "default" or name in manifest.endpoints:
        return
    if "://" in name:
        yield Wrong(
            path,
            "`endpoint` is a name from [endpoints], not a URL",
            'Write it there, as in: team = "https://gpu.example"',
        )
        return
    near = _near(name, ["default", *manifest.endpoints])
    yield Wrong(path, f"There is no endpoint `{name}` in this manifest", near)


def _near(name: str, known: list[str]) -> str:
    """The name that was perhaps meant, else all of them."""
    near = get_close_matches(name, known, 1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"There are {', '.join(f'`{each}`' for each in known)}" if known else ""
