"""CUDA_VISIBLE_DEVICES and its relatives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.hardware.visible import Handle, chosen

THREE = [Handle(0, ("GPU-aa11",)), Handle(1, ("GPU-aa22",)), Handle(2, ("GPU-bb33",))]
DIVIDED = [Handle(0, ("GPU-cc",)), Handle(0, ("MIG-1", "GPU-cc")), Handle(0, ("MIG-2", "GPU-cc"))]


@pytest.mark.parametrize(
    ("value", "positions"),
    [
        (None, (0, 1, 2)),
        ("", ()),
        ("-1", ()),
        ("NoDevFiles", ()),
        ("0,1,2", (0, 1, 2)),
        ("2,0", (2, 0)),
        (" 1 , 2 ", (1, 2)),
        ("1,1", (1,)),
        ("0,7,1", (0,)),
        ("0,-1,1", (0,)),
        ("3", ()),
        ("0" * 9000 + "1", (1,)),
        ("9" * 9000, ()),
        ("GPU-bb33", (2,)),
        ("gpu-BB", (2,)),
        ("GPU-aa", ()),
        ("GPU-", ()),
        ("GPU-bb33,0", (2, 0)),
        ("²", ()),
    ],
)
def test_the_variable_leaves_these_cards(value: str | None, positions: tuple[int, ...]) -> None:
    assert chosen(value, THREE) == positions


def test_the_number_of_a_divided_card_names_its_instances() -> None:
    assert chosen("0", DIVIDED) == (0, 1, 2)


def test_an_instance_is_named_by_its_own_identifier() -> None:
    assert chosen("MIG-2", DIVIDED) == (2,)


@given(
    st.none() | st.text() | st.lists(st.integers(-2, 4)).map(lambda each: ",".join(map(str, each)))
)
def test_what_is_left_is_some_of_the_cards_each_once(value: str | None) -> None:
    found = chosen(value, THREE)
    assert len(set(found)) == len(found)
    assert set(found) <= {0, 1, 2}
