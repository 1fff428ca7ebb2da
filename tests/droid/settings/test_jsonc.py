"""droid's JSON dialect: values, places, and one clear fault for everything else."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.droid.settings.jsonc import Fault, load, position
from factory_byok.droid.settings.jsonc.outline import Node, find, outline
from factory_byok.droid.settings.jsonc.reader import DEEPEST, read

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
PIECES = r"""{ } [ ] , : " "a" 1 - 0 .5 e9 true nul null // /* */ # \ \u00e9 ' é NaN"""
ODD_PIECES = (" ", "\n", "\r", "\0", "\ufeff", "\u00a0", "\udc80")
pieces = st.sampled_from([*PIECES.split(), *ODD_PIECES])


def written(value: Any, indent: int | None = None) -> str:
    """A value as JSON that droid reads, which knows infinity only as a large number."""
    text = json.dumps(value, indent=indent)
    return re.sub(r'("(?:[^"\\]|\\.)*")|Infinity', lambda found: found[1] or "1e999", text)


def pointers(value: Any, at: str = "") -> list[tuple[str, Any]]:
    """Every pointer into a value, with what it points at."""
    steps: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        steps = [(key.replace("~", "~0").replace("/", "~1"), each) for key, each in value.items()]
    if isinstance(value, list):
        steps = [(str(index), each) for index, each in enumerate(value)]
    return [(at, value)] + [pair for step, each in steps for pair in pointers(each, f"{at}/{step}")]


@given(values, st.sampled_from([None, 2]))
def test_loading_and_parsing_agree_on_what_python_wrote(value: Any, indent: int | None) -> None:
    text = written(value, indent)
    assert load(text) == read(text) == json.loads(text)


@given(st.lists(pieces, max_size=12).map("".join))
def test_loading_and_parsing_agree_on_any_text(text: str) -> None:
    outcomes = []
    for reader in (load, read):
        try:
            outcomes.append(repr(reader(text)))
        except Fault as fault:
            assert fault.message and not fault.message.endswith(".")
            assert 0 <= fault.offset <= len(text)
            assert (fault.line, fault.column) == position(text, fault.offset)
            outcomes.append("fault")
    assert outcomes[0] == outcomes[1]


@given(values)
def test_every_pointer_finds_its_value(value: Any) -> None:
    text = written(value, 1)
    root = outline(text)
    for pointer, expected in pointers(value):
        node = find(root, pointer)
        assert node is not None
        assert expected == load(text[node.start : node.end])


@pytest.mark.parametrize(
    ("text", "kind", "line", "column"),
    [
        ('{"a": 1, # x\n}', "hash_comment", 1, 10),
        ('{\n "a": [1, 2,]\n}', "trailing_comma", 2, 12),
        ('{"a": 1,\n}', "trailing_comma", 1, 8),
        ("\ufeff{}", "bom", 1, 1),
        ('{"a": [1', "truncated", 1, 9),
        ('{"a": "b', "truncated", 1, 7),
        ("", "empty", 1, 1),
        (" // only a comment", "empty", 1, 19),
        ('{"a": "\t"}', "control_character", 1, 8),
        ('{"a": \0}', "control_character", 1, 7),
        (r'{"a": "\x"}', "bad_escape", 1, 8),
        ("{'a': 1}", "single_quote", 1, 2),
        ("{} /* x", "open_comment", 1, 4),
        ('{"a": "b\n"}', "open_string", 1, 7),
        ("{a: 1}", "unquoted_key", 1, 2),
        ("[True]", "bad_word", 1, 2),
        ("[NaN]", "bad_word", 1, 2),
        ("[.5]", "bad_number", 1, 2),
        ("[01]", "bad_number", 1, 3),
        ('{"a": 1 "b": 2}', "missing_comma", 1, 9),
        ('{"a" 1}', "missing_colon", 1, 6),
        ("[1,,2]", "extra_comma", 1, 4),
        ("[1}", "wrong_bracket", 1, 3),
        ("{}{}", "extra_content", 1, 3),
        ("{}\u00a0", "extra_content", 1, 3),
        ("[1/2]", "syntax", 1, 3),
    ],
)
def test_a_broken_text_names_its_fault_and_place(
    text: str, kind: str, line: int, column: int
) -> None:
    with pytest.raises(Fault) as caught:
        load(text)
    assert (caught.value.kind, caught.value.line, caught.value.column) == (kind, line, column)


def test_comments_are_white_space_but_not_inside_strings() -> None:
    text = '// one\n{"a//b": /* two */ "http://x/*y*/", //\r"c": [1/*,*/]}//'
    assert load(text) == {"a//b": "http://x/*y*/", "c": [1]}


def test_of_duplicate_keys_the_last_counts() -> None:
    text = '{"a": 1, "b": 2, "a": 3}'
    node = find(outline(text), "/a")
    assert repr(load(text)) == "{'a': 3, 'b': 2}"
    assert node is not None and text[node.start : node.end] == "3"


def test_numbers_beyond_all_sizes_are_read() -> None:
    assert load("[1e999, -1e999]") == [float("inf"), float("-inf")]
    assert load("[" + "9" * 5000 + "]") == [float("inf")]


def test_half_a_surrogate_pair_is_kept() -> None:
    assert load(r'["\ud800", "\ud83d\ude00"]') == ["\ud800", "\U0001f600"]


def test_ten_thousand_brackets_are_read_without_recursion() -> None:
    text = "[" * 10_000 + "]" * 10_000
    node: Node | None = outline(text)
    depth = 0
    while node is not None:
        node, depth = (node.items[0] if node.items else None), depth + 1
    assert depth == 10_000
    assert load(text) is not None


def test_more_brackets_than_droid_survives_are_a_fault() -> None:
    with pytest.raises(Fault) as caught:
        read("[" * (DEEPEST + 1))
    assert caught.value.kind == "too_deep"


def test_lines_end_at_each_kind_of_line_end() -> None:
    text = "a\nb\r\nc\rd"
    assert [position(text, text.index(letter)) for letter in "abcd"] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
    ]
