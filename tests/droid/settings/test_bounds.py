"""Every pass over text that others wrote costs time in proportion to it, and bounded memory."""

import json
import time
import tracemalloc
from pathlib import Path

import pytest

from factory_byok.core.model_names import (
    derived_from,
    is_cloud,
    parameters_in,
    parse_name,
    same_model,
    title,
)
from factory_byok.diagnosis.missing_models import nearest
from factory_byok.droid.rules import NEWEST
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.file_verdict import Source, read_file
from factory_byok.droid.settings.jsonc.repair import repairs
from factory_byok.droid.settings.locate import Place

MB = 10**6
MOST_SECONDS = (
    8.0  # of processor time on a machine that others use too; quadratic passes take hours
)

FILES = {
    "hash lines": "{\n" + "# x\n" * (MB // 4) + '"customModels":[]}',
    "trailing commas": '{"customModels":[' + "[1,]," * (MB // 5) + "1]}",
    "commas alone": '{"a":[' + "," * (9 * MB) + "]}",
    "open lists": "[" * (9 * MB),
    "open objects": '{"a":' * (2 * MB),
    "open comments": "/*" * (4 * MB),
    "open string": '{"customModels":["' + '\\"' * (4 * MB),
    "blanks": " " * (9 * MB),
    "one word": "x" * (9 * MB),
    "a late fault": json.dumps({"a": ["x" * 20] * (MB // 25)})[:-1] + ",}",
}


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_judged_in_proportion_to_its_size(name: str) -> None:
    place = Place(Path("/f/settings.json"), "user", "settings")
    begin = time.process_time()
    read = read_file(Source(place, FILES[name]), NEWEST)
    assert read.file.fate == "rejected"
    assert time.process_time() - begin < MOST_SECONDS
    for edit in read.file.repairs:
        assert FILES[name].startswith(edit.expected, edit.offset)


def test_many_repairs_are_one_edit_of_the_whole_text() -> None:
    text = FILES["trailing commas"]
    tracemalloc.start()
    (edit,) = repairs(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (edit.offset, edit.expected) == (0, text)
    assert json.loads(edit.value) == {"customModels": [[1]] * (MB // 5) + [1]}
    assert peak < 100 * MB


def test_a_comment_that_never_ends_hides_what_stands_in_it() -> None:
    text = "[1, /* # ,]"
    with pytest.raises(jsonc.Fault) as told:
        jsonc.load(text)
    assert told.value.kind == "open_comment"
    assert repairs(text) == ()


NAMES = ["a" * MB, "1.2" * (MB // 3) + "b", "a/" * (MB // 2), "1x" * (MB // 2), "-a1" * (MB // 3)]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: str(name[:3]))
def test_a_name_longer_than_any_of_ollama_s_costs_nothing(name: str) -> None:
    begin = time.process_time()
    assert parse_name(name) is None
    assert same_model(name, name)
    assert not is_cloud(name)
    assert derived_from(name) == ("", "")
    parameters_in(name)
    assert len(title(name, remote=False)) < 2_000
    assert nearest(name, [name, "qwen3:8b"])
    assert time.process_time() - begin < MOST_SECONDS / 4
