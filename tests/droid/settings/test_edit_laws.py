"""Laws of an edit, on generated texts: comments, line ends, tabs, nesting, escapes, twin keys."""

import json
from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Json
from factory_byok.core.json_pointer import escaped
from factory_byok.droid.settings.edit import apply, prune
from factory_byok.droid.settings.edit.sameness import same
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.outline import Node, find, outline

MANY = settings(max_examples=200, deadline=None)
FRESH = "fresh ~/key"
FRESH_POINTER = "/fresh ~0~1key"

KEYS = st.sampled_from(["a", "b", "custom_models", "", "ä~/", '\\"', "\\u0061", "\\ud83d", "0"])
SCALARS = st.sampled_from(
    ["1", "-0.5e3", "true", "null", '""', '"x"', '"// no"', '"/* no */"', '"\\"[{,"', '"é\\n"']
)
BLANK = st.sampled_from(["", " ", "\n", "\r\n", "\n  ", "\r\n\t", "\n\n    ", "  ", "\t"])
COMMENT = st.sampled_from(
    ["", "", "", "// c\n", "// ]},\r\n", "/* c */", "/* a\n b */", "/**/", "// a\n  // b\n"]
)
VALUES: st.SearchStrategy[Json] = st.sampled_from(
    [None, 1, "a\u2028\ud800é", [], {}, [1, [2]], {"model": "m", "extra": {"a": [], "b": "x"}}]
)
STYLED = st.sampled_from(
    [
        "{}",
        "{}\n",
        "{ }",
        "{\n}",
        '{"a":1}',
        '{"a":{},"b":[]}',
        '{\n\t"a": [],\n\t"b": {}\n}\n',
        '{\r\n  "a": [\r\n    {\r\n      "x": 1\r\n    } // one\r\n  ],\r\n  "b": {}\r\n}',
        '{\n  "a": [{\n    "x": 1\n  }, {\n    "x": 2\n  }]\n}',
        '{\n  "a": [\n    // none\n  ],\n  "b": [ ],\n  "c": [\n  ]\n}',
        '{\n"a": [\n{ "x": 1 },\n{ "x": 2 }\n]\n}',
    ]
)


@st.composite
def trivia(draw: st.DrawFn) -> str:
    """White space and comments as they may stand between two tokens."""
    return draw(BLANK) + draw(COMMENT) + draw(BLANK) + draw(COMMENT) + draw(BLANK)


@st.composite
def containers(draw: st.DrawFn, children: st.SearchStrategy[str]) -> str:
    """The text of an array or object with such children."""
    is_object = draw(st.booleans())
    parts: list[str] = []
    for _ in range(draw(st.integers(0, 3))):
        key = f'"{draw(KEYS)}"{draw(BLANK)}:{draw(trivia())}' if is_object else ""
        parts.append(draw(trivia()) + key + draw(children) + draw(trivia()))
    inside = ",".join(parts) or draw(trivia())
    return f"{{{inside}}}" if is_object else f"[{inside}]"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Whole texts that droid reads."""
    if draw(st.integers(0, 3)) == 0:
        return draw(STYLED)
    nested = st.recursive(SCALARS, containers, max_leaves=8)
    return draw(trivia()) + draw(containers(nested)) + draw(trivia())


def pointers(node: Node, at: str = "") -> Iterator[tuple[str, Node]]:
    """Every pointer that droid honours, with its node."""
    yield at, node
    for index, item in enumerate(node.items):
        yield from pointers(item, f"{at}/{index}")
    for member in node.members:
        pointer = f"{at}/{member.key.replace('~', '~0').replace('/', '~1')}"
        if find(node, pointer.removeprefix(at)) is member.value:
            yield from pointers(member.value, pointer)


def a_place(data: st.DataObject, text: str, *kinds: str) -> tuple[str, Node]:
    """One place of these kinds in a text."""
    places = [each for each in pointers(outline(text)) if each[1].kind in kinds or not kinds]
    assume(places)
    return data.draw(st.sampled_from(places), "place")


def add(text: str, pointer: str, value: Json) -> str:
    return apply(text, [Edit("add", "f", pointer, value)])


def read_back(value: Json) -> Json:
    """A value as a reader of its JSON sees it."""
    read: Json = json.loads(json.dumps(value))
    return read


def remove(text: str, pointer: str) -> str:
    return apply(text, [Edit("remove", "f", pointer)])


@MANY
@given(documents(), VALUES, st.data())
def test_adding_and_removing_a_member_gives_the_same_bytes(
    text: str, value: Json, data: st.DataObject
) -> None:
    pointer, _ = a_place(data, text, "object")
    added = add(text, pointer + FRESH_POINTER, value)
    made = find(outline(added), pointer + FRESH_POINTER)
    assert made is not None
    assert same(load(added[made.start : made.end]), read_back(value))
    assert remove(added, pointer + FRESH_POINTER) == text


@MANY
@given(documents(), VALUES, st.data())
def test_adding_and_removing_an_item_gives_the_same_bytes(
    text: str, value: Json, data: st.DataObject
) -> None:
    pointer, array = a_place(data, text, "array")
    index = data.draw(st.integers(0, len(array.items)), "index")
    end = index == len(array.items) and data.draw(st.booleans(), "with a dash")
    added = add(text, f"{pointer}/{'-' if end else index}", value)
    assert remove(added, f"{pointer}/{index}") == text


@MANY
@given(documents(), st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_several_items_come_and_go_without_a_trace(
    text: str, values: list[Json], data: st.DataObject
) -> None:
    pointer, array = a_place(data, text, "array")
    added = apply(text, [Edit("add", "f", f"{pointer}/-", value) for value in values])
    count = len(array.items)
    order = data.draw(st.permutations(range(len(values))), "order")
    indexes = [count + at - sum(gone < at for gone in order[:n]) for n, at in enumerate(order)]
    one_by_one = added
    for index in indexes:
        one_by_one = remove(one_by_one, f"{pointer}/{index}")
    assert one_by_one == text
    assert apply(added, [Edit("remove", "f", f"{pointer}/{index}") for index in indexes]) == text


@MANY
@given(documents(), st.lists(VALUES, min_size=2, max_size=5), st.data())
def test_additions_at_once_write_the_same_text_as_one_by_one(
    text: str, values: list[Json], data: st.DataObject
) -> None:
    pointer, node = a_place(data, text, "array", "object")
    one_by_one = text
    steps = ["/-" if node.kind == "array" else f"{FRESH_POINTER}{at}" for at in range(len(values))]
    for step, value in zip(steps, values, strict=True):
        one_by_one = add(one_by_one, pointer + step, value)
    edits = [
        Edit("add", "f", pointer + step, value) for step, value in zip(steps, values, strict=True)
    ]
    assert apply(text, edits) == one_by_one


@MANY
@given(documents(), st.data())
def test_an_outline_grows_into_the_whole_tree(text: str, data: st.DataObject) -> None:
    values = {"": load(text)}
    for pointer, node in pointers(outline(text)):
        value = values[pointer]
        assert same(load(text[node.start : node.end]), value)
        kinds: dict[type, str] = {dict: "object", list: "array"}
        assert node.kind == kinds.get(type(value), "scalar")
        items = list(enumerate(value)) if isinstance(value, list) else []
        pairs = list(value.items()) if isinstance(value, dict) else items
        values |= {f"{pointer}/{escaped(str(key))}": each for key, each in pairs}
        assert all(load(text[each.key_start : each.key_end]) == each.key for each in node.members)
    _, node = a_place(data, text)
    assert outline(text, node.start).end == node.end


@MANY
@given(documents(), VALUES, st.data())
def test_what_an_addition_made_is_pruned_to_the_same_bytes(
    text: str, value: Json, data: st.DataObject
) -> None:
    pointer, _ = a_place(data, text, "object")
    added = add(text, f"{pointer}{FRESH_POINTER}/-", value)
    emptied = remove(added, f"{pointer}{FRESH_POINTER}/0")
    assert prune(emptied, [pointer + FRESH_POINTER], file=False) == text
    assert prune(emptied, [], file=False) == emptied


@MANY
@given(documents(), VALUES, st.data())
def test_an_addition_deletes_nothing(text: str, value: Json, data: st.DataObject) -> None:
    pointer, node = a_place(data, text, "object", "array")
    added = add(text, pointer + (FRESH_POINTER if node.kind == "object" else "/0"), value)
    rest = iter(added)
    assert all(character in rest for character in text), "the old text is no longer in the new one"


@MANY
@given(documents(), VALUES, st.data())
def test_a_replacement_changes_no_byte_outside_the_value(
    text: str, value: Json, data: st.DataObject
) -> None:
    pointer, node = a_place(data, text)
    new = apply(text, [Edit("replace", "f", pointer, value)])
    tail = len(text) - node.end
    assert new[: node.start] == text[: node.start]
    assert new[len(new) - tail :] == text[node.end :]
    assert same(load(new[node.start : len(new) - tail]), read_back(value))


@MANY
@given(documents(), st.data())
def test_a_renaming_changes_only_the_key(text: str, data: st.DataObject) -> None:
    pointer, _ = a_place(data, text)
    holder, _, step = pointer.rpartition("/")
    parent = find(outline(text), holder)
    assume(pointer and parent and parent.kind == "object")
    assert parent is not None
    expected = text
    for member in reversed(parent.members):
        if member.key == step.replace("~1", "/").replace("~0", "~"):
            expected = expected[: member.key_start] + f'"{FRESH}"' + expected[member.key_end :]
    assert apply(text, [Edit("rename", "f", pointer, FRESH)]) == expected


@MANY
@given(documents(), st.data())
def test_a_removal_keeps_all_other_children_and_their_comments(
    text: str, data: st.DataObject
) -> None:
    pointer, _ = a_place(data, text)
    holder = find(outline(text), pointer.rpartition("/")[0])
    assume(pointer and holder)
    assert holder is not None
    new = remove(text, pointer)
    after = find(outline(new), pointer.rpartition("/")[0])
    assert after is not None
    step = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if holder.kind == "array":
        others = [item for at, item in enumerate(holder.items) if at != int(step)]
        left = after.items
    else:
        others = [member.value for member in holder.members if member.key != step]
        left = [member.value for member in after.members]
    assert [text[each.start : each.end] for each in others] == [
        new[each.start : each.end] for each in left
    ]


@MANY
@given(documents(), st.data())
def test_removals_at_once_come_to_the_same_values_as_one_by_one(
    text: str, data: st.DataObject
) -> None:
    pointer, array = a_place(data, text, "array")
    assume(len(array.items) > 1)
    count = data.draw(st.integers(2, len(array.items)), "count")
    edits = [
        Edit("remove", "f", f"{pointer}/{data.draw(st.integers(0, len(array.items) - 1 - done))}")
        for done in range(count)
    ]
    one_by_one = text
    for edit in edits:
        one_by_one = apply(one_by_one, [edit])
    assert same(load(apply(text, edits)), load(one_by_one))
