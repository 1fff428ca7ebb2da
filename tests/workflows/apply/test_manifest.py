"""Manifests: what they say, and the line of everything that is wrong with them."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_byok.core.errors import ByokError
from factory_byok.droid.settings.schema import schema
from factory_byok.workflows.apply.manifest.facts import ManifestFault
from factory_byok.workflows.apply.manifest.read import read_manifest
from factory_byok.workflows.apply.manifest.toml_lines import toml_lines

GOOD = """\
# what every machine of the team has
version = 1
default = "Coder"

[hardware]
memory = "16 GB"
gpu_memory = "0.5GB"

[endpoints]
box = "http://10.0.0.5:11434"
team = "https://gpu.example"

[[models]]
name = "qwen2.5-coder:32b"
endpoint = "box"
window = 32_000

[[entries]]
name = "Coder"
model = "qwen2.5-coder:32b"
endpoint = "box"
max_output = 16000

[[entries]]
name = "Team"
provider = "vllm"
model = "m"
endpoint = "team"
key_env = "TEAM_KEY"
compaction_limit = 50000
"""


def write(folder: Path, text: str, name: str = "byok.toml") -> Path:
    """A manifest in a file."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refused(folder: Path, text: str, name: str = "byok.toml") -> ManifestFault:
    """What is said against a manifest."""
    with pytest.raises(ManifestFault) as told:
        read_manifest(write(folder, text, name))
    assert told.value.message.startswith(f"{folder / name}, line {told.value.line}: ")
    return told.value


def test_a_manifest_in_toml_says_everything(tmp_path: Path) -> None:
    said = read_manifest(write(tmp_path, GOOD))
    assert (said.default, said.memory, said.gpu_memory) == ("Coder", 16 * 10**9, 5 * 10**8)
    assert said.root("box") == "http://10.0.0.5:11434"
    assert [(each.name, each.window, each.line) for each in said.models] == [
        ("qwen2.5-coder:32b", 32_000, 13)
    ]
    first, second = said.entries
    assert (first.provider, first.max_output, first.line) == ("ollama", 16_000, 18)
    assert (second.key_env, second.compaction_limit, second.line) == ("TEAM_KEY", 50_000, 24)


def test_the_same_in_json_says_the_same(tmp_path: Path) -> None:
    toml = read_manifest(write(tmp_path, GOOD))
    text = json.dumps(tomllib.loads(GOOD), indent=2)
    for name in ("byok.json", "byok"):
        again = read_manifest(write(tmp_path, f"\ufeff{text}", name))
        assert [each.name for each in again.entries] == [each.name for each in toml.entries]
        assert (again.memory, again.endpoints) == (toml.memory, toml.endpoints)


def test_an_empty_manifest_asks_for_nothing(tmp_path: Path) -> None:
    assert read_manifest(write(tmp_path, "")).entries == ()


def test_a_comment_in_json_is_no_fault(tmp_path: Path) -> None:
    assert read_manifest(write(tmp_path, '{ // ours\n "version": 1 }', "m.json")).models == ()


E = '[[entries]]\nname = "A"\nmodel = "m:7b"\n'
WRONG = [
    ("version = 2\n", 1, "must be 1", ""),
    ("\n\nversions = 1\n", 3, "`versions` is no field of a manifest", "`version`"),
    (f"{E}max_ouput = 3\n", 4, "`max_ouput` is no field of an entry", "`max_output`"),
    (f"{E}max-output = 3\n", 4, "`max-output` is no field", "`max_output`"),
    (f"{E}colour = 3\n", 4, "`colour` is no field", "Fields are `name`, `provider`"),
    (f'{E}max_output = "16k"\n', 4, "`max_output` must be a whole number", ""),
    (f"{E}max_output = 0\n", 4, "`max_output` must be at least 1", ""),
    (f"{E}max_output = true\n", 4, "`max_output` must be a whole number", ""),
    (f"{E}max_output = 999999999\n", 4, "`max_output` must be at most", ""),
    (f'{E}default = "A"\n', 4, "`default` is no field of an entry", "at the top of the file"),
    (f'{E}endpoint = "tema"\n[endpoints]\nteam = "https://x"\n', 4, "no endpoint `tema`", "`team`"),
    (f'{E}endpoint = "http://x"\n', 4, "is a name from [endpoints], not a URL", ""),
    (f"{E}{E}", 5, "Two entries are called `A`", ""),
    ('[[entries]]\nname = "A"\n', 1, "An entry has no `model`", ""),
    ('[[entries]]\nname = ""\nmodel = "m"\n', 2, "`name` must not be empty", ""),
    ('entries = [\n  {name = "A", model = "m:7b"},\n  {name = "B", modell = "m"},\n]\n', 3, "", ""),
    ('[[models]]\nname = "m:7b"\nwindow = 100\n', 3, "`window` must be at least 256", ""),
    ('[[models]]\nname = "m:7b"\n[[models]]\nname = "M:7B"\n', 3, "is there twice", ""),
    (f'default = "B"\n{E}', 1, "`default` names no entry of this manifest: `B`", "There are `A`"),
    ("models = 3\n", 1, "`models` must be a list", ""),
    ('[hardware]\nmemory = "much"\n', 2, "`memory` must be a size such as 32GB", ""),
    ("[hardware]\nmemory = 32\n", 2, "`memory` must be text", ""),
    ('[endpoints]\nlocal = "localhost:11434"\n', 2, "is no http or https URL", "default"),
    ("version = 1\nversion = 1\n", 2, "This is not TOML", ""),
    ("version = \n", 1, "This is not TOML", "`byok explain manifest`"),
    ('a = """\n\n', 1, "This is not TOML", ""),
]


@pytest.mark.parametrize(("text", "line", "words", "hint"), WRONG)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str, hint: str
) -> None:
    told = refused(tmp_path, text)
    assert told.line == line
    assert words in told.message
    assert hint in told.hint


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{\n  "version": 1,\n}', 2, "This is not JSON"),
        ('{\n  "version": 1,\n  "version": 1\n}', 3, "`version` is there twice"),
        ('{\n  "entries": [\n    {"name": "A",\n     "modle": "m"}\n  ]\n}', 4, "`modle`"),
        ("[]", 1, "`manifest` must be a table"),
        ("", 1, "This is not JSON"),
    ],
)
def test_json_tells_the_line_too(tmp_path: Path, text: str, line: int, words: str) -> None:
    told = refused(tmp_path, text, "m.json")
    assert (told.line, words in told.message) == (line, True)


SECRET = "sk-live-7Qm2xV9pLr4"
LEAKS = [
    f'{E}key = "{SECRET}"\n',
    f'{E}api_key = "{SECRET}"\n',
    f'{E}apiKey = "{SECRET}"\n',
    f'{E}key_env = "{SECRET}"\n',
    f'{E}key_env = "gsk_{SECRET.replace("-", "")}"\n',
    f'{E}key_env = "${{{SECRET}}}"\n',
    f'token = "{SECRET}"\n{E}',
    f'{E}extra_headers = {{ Authorization = "Bearer {SECRET}" }}\n',
    f'{E}max_output = "{SECRET}"\n',
    f'[endpoints]\nteam = "https://me:{SECRET}@gpu.example"\n',
    f'[endpoints]\nteam = "https://gpu.example/v1?key={SECRET}"\n',
    f'{E}key = "{SECRET}\n',
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_key_in_a_manifest_is_refused_and_never_repeated(tmp_path: Path, text: str) -> None:
    told = refused(tmp_path, text)
    assert SECRET not in told.message + told.hint
    assert SECRET.replace("-", "") not in told.message + told.hint


def test_a_file_that_is_not_there_or_no_file_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(ByokError):
            read_manifest(path)


@pytest.mark.parametrize(("text", "line", "words", "hint"), WRONG)
def test_the_schema_refuses_what_it_can_say_and_takes_the_rest(
    text: str, line: int, words: str, hint: str
) -> None:
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    meaning = ("no endpoint", "not a URL", "Two entries", "twice", "names no entry", "https URL")
    valid = jsonschema.Draft202012Validator(schema("manifest")).is_valid(body)
    assert valid == any(word in words for word in meaning)


def test_every_field_of_the_schema_is_described() -> None:
    for room in (schema("manifest"), *_rooms()):
        for name, rules in room["properties"].items():
            rules = {**schema("manifest")["$defs"].get(str(rules.get("$ref"))[8:], {}), **rules}
            assert rules.get("description") or rules.get("items"), name


def _rooms() -> list[dict[str, Any]]:
    """The tables of a manifest."""
    top = schema("manifest")["properties"]
    return [top["hardware"], top["models"]["items"], top["entries"]["items"]]


TRICKY = '''\
a.b = 1 # x = 2
"q.uo=te" = [ # comment ] here
  1, [2,
  { c = "}]", d = [] }],
]
text = """
[not]
x = "1" \\"""" # end
raw = \'\'\'
[[no]]\'\'\'
[t.u]
v = 1979-05-27 07:32:00
[[t.w]]
x = 1
[[t.w]]
[t.w.y]
z = {p.q = 1, r = 'a # b'}
'''


def test_lines_are_found_in_every_form_of_toml() -> None:
    assert tomllib.loads(TRICKY)
    lines = toml_lines(TRICKY)
    expected = {
        ("a", "b"): 1,
        ("q.uo=te",): 2,
        ("q.uo=te", 1, 1, "d"): 4,
        ("text",): 6,
        ("raw",): 9,
        ("t", "u", "v"): 12,
        ("t", "w", 0, "x"): 14,
        ("t", "w", 1): 15,
        ("t", "w", 1, "y", "z", "p", "q"): 17,
        ("t", "w", 1, "y", "z", "r"): 17,
    }
    assert {path: lines.get(path) for path in expected} == expected


PIECES = [
    "a = 1", "[t]", "[[l]]", "[l.m]", "[[l.n]]", "b.c = [1, {x = 2}, [3]]", "# [c]", "",
    "d = { y = { z = '}' } }", 'e = """\n[f]\n"""', "'g h' = ''", "i = 2020-01-01 10:00:00 # j",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_every_path_of_any_toml_has_its_line(pieces: list[str], end: str) -> None:
    text = end.join(pieces)
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = toml_lines(text)
    for path in _paths(body):
        assert 1 <= lines[path] <= text.count("\n") + 1
        key = next((each for each in reversed(path) if isinstance(each, str)), "")
        assert key in text.splitlines()[lines[path] - 1] if text else True


def _paths(body: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path of a value."""
    pairs = body.items() if isinstance(body, dict) else []
    if isinstance(body, list):
        pairs = list(enumerate(body))
    return [path, *(each for key, value in pairs for each in _paths(value, (*path, key)))]
