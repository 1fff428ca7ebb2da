"""Edits by example: the style of the neighbours, guards, refusals and cost."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_byok.core.actions import Edit, Op
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Json
from factory_byok.droid.settings.edit import apply, prune
from factory_byok.droid.settings.edit.sameness import same
from factory_byok.droid.settings.edit.text_diff import MOST_LINES, diff
from factory_byok.droid.settings.jsonc import Fault, load
from factory_byok.droid.settings.jsonc.reader import read

ENTRY: Json = {"model": "m", "max_tokens": 4000}


def edit(op: Op, pointer: str, value: Json = None, expected: Json = None) -> Edit:
    return Edit(op, "f", pointer, value, expected=expected)


def added(text: str, pointer: str = "/models/-", value: Json = ENTRY) -> str:
    return apply(text, [edit("add", pointer, value)])


@pytest.mark.parametrize("text", ["", "\n", "{}\n"])
def test_an_empty_file_becomes_a_pretty_document(text: str) -> None:
    assert added(text) == (
        '{\n  "models": [\n    {\n      "model": "m",\n      "max_tokens": 4000\n    }\n  ]\n}\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"models":[]}', '{"models":[{"model":"m","max_tokens":4000}]}'),
        ('{"a": 1}', '{"a": 1, "models": [{"model": "m", "max_tokens": 4000}]}'),
        (
            '{\n\t"models": []\n}',
            '{\n\t"models": [\n\t\t{\n\t\t\t"model": "m",\n\t\t\t"max_tokens": 4000\n\t\t}\n\t]\n}',
        ),
        (
            '{\r\n    "a": 1 // one\r\n}',
            '{\r\n    "a": 1, // one\r\n    "models": [\r\n        {\r\n'
            '            "model": "m",\r\n            "max_tokens": 4000\r\n'
            "        }\r\n    ]\r\n}",
        ),
        (
            '{\n  "models": [\n    { "model": "a" } // a\n    // { "model": "b" }\n  ]\n}',
            '{\n  "models": [\n    { "model": "a" }, // a\n    // { "model": "b" }\n'
            '    { "model": "m", "max_tokens": 4000 }\n  ]\n}',
        ),
        (
            '{\n  "models": [{\n    "model": "a"\n  }]\n}',
            '{\n  "models": [{\n    "model": "a"\n  }, {\n    "model": "m",\n'
            '    "max_tokens": 4000\n  }]\n}',
        ),
        (
            '{\n  "models": [\n    // none yet\n  ]\n}',
            '{\n  "models": [\n    // none yet\n    {\n      "model": "m",\n'
            '      "max_tokens": 4000\n    }\n  ]\n}',
        ),
        (
            '{"models": [ /* none */ ]}',
            '{"models": [ /* none */ {"model": "m", "max_tokens": 4000} ]}',
        ),
    ],
    ids=["compact", "one line", "tabs", "CRLF", "comments", "hugging", "comment in", "block in"],
)
def test_an_addition_takes_the_style_of_its_neighbours(before: str, after: str) -> None:
    assert added(before) == after


def test_an_item_goes_before_the_one_whose_index_it_gets() -> None:
    text = "[\n  // about one\n  1, // one\n  2\n]"
    assert added(text, "/0", 0) == "[\n  0,\n  // about one\n  1, // one\n  2\n]"
    assert added(text, "/1", 9) == "[\n  // about one\n  1, // one\n  9,\n  2\n]"
    assert added(text, "/2", 9) == added(text, "/-", 9)


def test_adding_a_member_that_is_there_replaces_its_value() -> None:
    assert added('{"a": 1 /* c */, "b": 2}', "/a", 5) == '{"a": 5 /* c */, "b": 2}'


def test_missing_parents_are_made() -> None:
    assert load(added("{}", "/a/b/-/c", 1)) == {"a": {"b": [{"c": 1}]}}


@pytest.mark.parametrize(
    ("before", "pointer", "after"),
    [
        ("[1, 2, 3]", "/0", "[2, 3]"),
        ("[1, 2, 3]", "/1", "[1, 3]"),
        ("[1, 2, 3]", "/2", "[1, 2]"),
        ("[ 1 ]", "/0", "[ ]"),
        ("[\n  1\n]", "/0", "[]"),
        ("[\n  1, // one\n  2, // two\n  3 // three\n]", "/1", "[\n  1, // one\n  3 // three\n]"),
        ("[\n  1, // one\n  2 // two\n]", "/1", "[\n  1 // one\n]"),
        ("[\n  1,\n  // about two\n  2,\n  3\n]", "/0", "[\n  // about two\n  2,\n  3\n]"),
        ("[1, // one\n  2]", "/1", "[1 // one\n  ]"),
        ('{"a": 1, "a": 2, "b": 3}', "/a", '{"b": 3}'),
    ],
)
def test_a_removal_takes_one_comma_and_its_line(before: str, pointer: str, after: str) -> None:
    assert apply(before, [edit("remove", pointer)]) == after


def test_twin_keys_are_edited_where_droid_looks() -> None:
    text = '{"a": {"x": 1}, "a": {"x": 2}}'
    assert apply(text, [edit("replace", "/a/x", 3)]) == '{"a": {"x": 1}, "a": {"x": 3}}'
    assert load(apply(text, [edit("rename", "/a", "b")])) == {"b": {"x": 2}}


def test_a_value_keeps_its_characters_and_half_ones_are_escaped() -> None:
    assert apply('{"a": 1}', [edit("replace", "/a", "é</>&\u2028")]) == '{"a": "é</>&\u2028"}'
    new = apply('{"a": 1}', [edit("replace", "/a", "\udc80")])
    assert new == '{"a": "\\udc80"}'
    assert new.encode("utf-8", "surrogateescape") == b'{"a": "\\udc80"}'


def test_bytes_that_are_not_utf8_stay() -> None:
    text = b'{"a": "\xff", "b": 1}'.decode("utf-8", "surrogateescape")
    new = apply(text, [edit("replace", "/b", 2)])
    assert new.encode("utf-8", "surrogateescape") == b'{"a": "\xff", "b": 2}'


def test_a_guard_refuses_another_value() -> None:
    for op in ("replace", "remove", "rename"):
        with pytest.raises(ByokError, match="not what it was"):
            apply('{"a": 1}', [edit(op, "/a", "b", expected=True)])
    assert apply('{"a": {"b": 1.0}}', [edit("replace", "/a", 2, expected={"b": 1.0})]) == '{"a": 2}'


def test_later_edits_see_what_earlier_ones_left() -> None:
    edits = [
        edit("rename", "/a", "b"),
        edit("replace", "/b", 2),
        edit("add", "/c/-", 1),
        edit("add", "/c/-", 2),
        edit("remove", "/c/0"),
        edit("remove", "/c/0"),
        edit("replace", "/b", [1]),
        edit("replace", "/b/0", 5),
    ]
    assert load(apply('{"a": 1}', edits)) == {"b": [5], "c": []}


def test_text_edits_in_a_row_count_in_the_text_as_it_was() -> None:
    text = "# one\n{} # two"
    edits = [
        Edit("text", "f", value="//", offset=9, length=1, expected="#"),
        Edit("text", "f", value="//", offset=0, length=1, expected="#"),
    ]
    assert apply(text, edits) == "// one\n{} // two"


@pytest.mark.parametrize(
    "wrong",
    [
        [Edit("text", "f", value="x", offset=0, length=1, expected="y")],
        [Edit("text", "f", value="x", offset=5, length=9, expected="")],
        [Edit("text", "f", value="x", offset=-1, length=1, expected="}")],
        [Edit("text", "f", value=1, offset=0, length=0)],
        [Edit("text", "f", value="x", offset=0, length=2, expected="{}")] * 2,
        [edit("replace", "/none", 1)],
        [edit("remove", "/none")],
        [edit("remove", "")],
        [edit("rename", "", "x")],
        [edit("add", "/list/3", 1)],
        [edit("add", "/list/01", 1)],
        [edit("add", "/list/x", 1)],
        [edit("remove", "/list/-")],
        [edit("remove", "/list/2")],
        [edit("rename", "/list/0", "x")],
        [edit("rename", "/number", "list")],
        [edit("add", "/number/x", 1)],
        [edit("add", "/x", float("nan"))],
    ],
)
def test_an_edit_that_does_not_fit_is_refused(wrong: list[Edit]) -> None:
    text = "{}" if wrong[0].op == "text" else '{"list": [1, 2], "number": 1}'
    with pytest.raises(ByokError):
        apply(text, [edit("add", "/before", 1), *wrong] if wrong[0].op != "text" else wrong)


def test_a_text_that_does_not_parse_is_not_edited_by_pointer() -> None:
    with pytest.raises(Fault):
        added("// only a comment")


def test_an_edit_of_the_mode_leaves_the_text() -> None:
    assert apply("broken", [edit("mode", "", 0o600)]) == "broken"


def test_deep_nesting_elsewhere_does_no_harm() -> None:
    deep = "[" * 10_000 + "]" * 10_000
    assert added(f'{{"deep": {deep}}}', "/a", 1) == f'{{"deep": {deep}, "a": 1}}'


def test_what_byok_made_is_pruned_only_when_it_is_empty() -> None:
    text = '{"models": [], "limits": {}, "full": [1], "noted": [ /* mine */ ]}'
    made = ["/models", "/limits", "/full", "/noted", "/gone"]
    assert prune(text, made, file=True) == '{"full": [1], "noted": [ /* mine */ ]}'
    assert prune('{\n  "models": []\n}\n', ["/models"], file=True) is None
    assert prune('{\n  "models": []\n}\n', ["/models"], file=False) == "{}\n"
    assert prune("{} // mine", [], file=True) == "{} // mine"


def test_values_of_different_types_are_not_the_same() -> None:
    assert not same(1, True)
    assert not same(1, 1.0)
    assert not same({"a": [None]}, {"a": []})
    assert same({"a": 1, "b": [{}]}, {"b": [{}], "a": 1})


def test_a_diff_shows_the_changed_lines_with_their_numbers() -> None:
    before = "".join(f"{at}\n" for at in range(100))
    after = before.replace("50\n", "fifty\n")
    assert diff(before, after, "f") == (
        "--- f\n+++ f\n@@ -48,7 +48,7 @@\n 47\n 48\n 49\n-50\n+fifty\n 51\n 52\n 53\n"
    )
    assert diff(before, before, "f") == ""


def test_a_diff_tells_new_and_deleted_files_and_a_missing_last_line_end() -> None:
    assert diff(None, "{}\n", "f") == "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+{}\n"
    assert diff("{}", None, "f") == (
        "--- f\n+++ /dev/null\n@@ -1 +0,0 @@\n-{}\n\\ No newline at end of file\n"
    )


def many(count: int) -> str:
    return json.dumps({"models": [{"model": f"m{at}", "n": at} for at in range(count)]}, indent=2)


def test_editing_ten_thousand_entries_costs_a_few_parses() -> None:
    text, last = many(10_000), 9_999
    start = time.process_time()
    read(text)
    once = time.process_time() - start
    edits = {
        "add": [edit("add", "/models/-", ENTRY)],
        "remove": [edit("remove", f"/models/{last}")],
        "remove all": [edit("remove", f"/models/{at}") for at in range(last, -1, -1)],
        "replace all": [edit("replace", f"/models/{at}/n", 0, at) for at in range(last + 1)],
    }
    for name, each in edits.items():
        start = time.process_time()
        after = apply(text, each)
        assert time.process_time() - start < 10 * once + 0.5, name
        diff(text, after, "f") if name == "add" else None


def patched(lines: list[str], shown: str) -> list[str]:
    """What `patch` makes of the lines."""
    after: list[str] = []
    at = 0
    for row in shown.splitlines(keepends=True)[2:]:
        if row[0] == "@":
            start, _, count = row.split()[1][1:].partition(",")
            begin = int(start) - (count != "0")
            after += lines[at:begin]
            at = begin
        elif row[0] == "+":
            after.append(row[1:])
        else:
            assert lines[at] == row[1:]
            after += [row[1:]] if row[0] == " " else []
            at += 1
    return after + lines[at:]


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=30)


@given(LINES, LINES)
@settings(max_examples=200, deadline=None)
def test_a_diff_leads_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    if old != new:
        assert patched(old, diff("".join(old), "".join(new), "f", most=10**6)) == new


def test_of_a_very_long_diff_the_beginning_is_shown() -> None:
    shown = diff("a\n" * 9_000, "b\n" * 9_000, "f").splitlines()
    assert shown[2:4] == ["@@ -1,9000 +1,9000 @@", "-a"]
    assert len(shown) == 2 + MOST_LINES + 1
    assert shown[-1] == "… this is the beginning of a longer difference: 1,000 lines are shown"


def test_of_a_very_long_line_the_part_around_its_change_is_shown() -> None:
    before, after = ("x" * 9_000 + word + "y" * 9_000 for word in ("one", "two"))
    shown = diff(f"a\n{before}\n", f"a\n{after}\n", "f")
    assert len(shown) < 5_000
    assert f"-…{'x' * 1000}one{'y' * 997}…\n+…{'x' * 1000}two{'y' * 997}…\n" in shown
