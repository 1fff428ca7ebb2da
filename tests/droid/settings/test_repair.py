"""What can be mended in a broken file without guessing."""

import pytest

from factory_byok.core.facts import TextEdit
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.repair import repairs


def mended(text: str) -> str:
    """The text after its repairs, made in the order in which they are given."""
    for edit in repairs(text):
        end = edit.offset + len(edit.expected)
        assert text[edit.offset : end] == edit.expected
        text = text[: edit.offset] + edit.value + text[end:]
    return text


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ('{"a": 1,}', '{"a": 1}'),
        ('{"a": [1, 2, ], }', '{"a": [1, 2 ] }'),
        ('{"a": 1, # it\'s "x\n "b": 2}', '{"a": 1, // it\'s "x\n "b": 2}'),
        ('# top\n{"a": "#,}", # b\n} # end', '// top\n{"a": "#,}" // b\n} // end'),
        ('\ufeff{"a": 1}', '{"a": 1}'),
        ('{"a": 1, // c\n /* d */ }', '{"a": 1 // c\n /* d */ }'),
    ],
)
def test_comments_commas_and_byte_order_marks_are_mended(broken: str, whole: str) -> None:
    assert mended(broken) == whole
    load(whole)


@pytest.mark.parametrize(
    "text", ["[,]", "[1,,]", '{"a": #ff}', '{"a": 1', "{'a': 1,}", "", "{a: 1,}"]
)
def test_what_would_take_a_guess_is_left_alone(text: str) -> None:
    assert repairs(text) == ()


def test_repairs_come_last_place_first() -> None:
    assert repairs("\ufeff[1,]") == (TextEdit(3, ",", ""), TextEdit(0, "\ufeff", ""))
