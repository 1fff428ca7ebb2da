"""One cause is told once: equal findings are one, and what follows from a cause is folded."""

from dataclasses import replace

from factory_byok.core.facts import Known, Snapshot, Unknown, Window
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.causes import Group, Place, blanked, causes, grouped
from factory_byok.diagnosis.examine import examine
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

SMALL = Known(Window(Tokens(4_096), "measured", "the loaded model"))


def two_models(**changes: object) -> Snapshot:
    """Two entries for two models of one server, whose windows are small."""
    names = ("a:32b", "b:32b")
    models = [a_model(name=name, window=SMALL, **changes) for name in names]
    entries = tuple(
        an_entry(id=f"custom:{name}", name=name, model=name, index=number, max_output=40_000)
        for number, name in enumerate(names)
    )
    return replace(a_snapshot(), entries=entries, servers={ENDPOINT: Known(a_server(*models))})


def test_a_servers_window_is_said_once_for_all_its_models() -> None:
    snap = two_models()
    (cause,) = (c for c in causes(snap, examine(snap)) if c.check == "window_too_small")
    assert cause.subjects == ("a:32b", "b:32b")
    assert cause.place.kind == "server"
    assert "`a:32b`, `b:32b`" in cause.message


def test_a_note_does_not_hide_what_can_be_repaired() -> None:
    model = a_model(window=Known(Window(Tokens(32_000), "measured", "the loaded model")))
    snap = a_snapshot(servers={ENDPOINT: Known(a_server(model))})
    found = {each.check: each.level for each in causes(snap, examine(snap))}
    assert found == {"window_too_small": "note", "compaction_above_window": "warning"}


def test_what_a_small_window_brings_with_it_is_folded_and_its_level_kept() -> None:
    snap = two_models()
    found = causes(snap, examine(snap, ("window_too_small", "output_limit_wrong")))
    assert [each.check for each in found] == ["window_too_small"]
    assert {each.check for each in found[0].follows} == {"output_limit_wrong"}
    assert found[0].level == "error"


def test_a_finding_without_its_cause_stands_for_itself() -> None:
    snap = two_models()
    (found,) = causes(snap, examine(snap, ("output_limit_wrong",)))
    assert found.check == "output_limit_wrong"
    assert found.follows == ()


def test_a_silent_server_is_one_cause_for_all_its_entries() -> None:
    snap = replace(
        two_models(), servers={ENDPOINT: Unknown("the connection was refused", "refused")}
    )
    (group,) = (g for g in grouped(snap, examine(snap)) if g.place.kind == "server")
    assert [each.check for each in group.causes] == ["server_silent"]


def test_a_healthy_machine_has_no_cause() -> None:
    snap = a_snapshot()
    assert causes(snap, examine(snap)) == ()


def test_a_healthy_model_is_told_when_it_was_exercised() -> None:
    snap = a_snapshot()
    place = Place("model", ENDPOINT, "m:32b")
    assert grouped(snap, examine(snap), also=(place,)) == (Group(place, ()),)


def test_short_names_and_forgotten_tags_do_not_split_a_cause() -> None:
    names = ("A", "con", "b:32b")  # the first two are in words of the sentences too
    models = [
        a_model(name=each if ":" in each else f"{each}:latest", window=SMALL) for each in names
    ]
    entries = tuple(
        an_entry(id=f"custom:{each}-0", name=each, model=each, index=number)
        for number, each in enumerate(names)
    )
    snap = replace(a_snapshot(), entries=entries, servers={ENDPOINT: Known(a_server(*models))})
    (cause,) = causes(snap, examine(snap, ("window_too_small",)))
    assert "window of `A`, `con`, `b:32b` is 4,096" in cause.message
    assert blanked("`A` and Another A", "A") == "`…` and Another …"


def test_a_model_without_tools_is_told_of_before_its_window() -> None:
    snap = two_models()
    able, mute = (a_model(name=f"{each}:32b", window=SMALL) for each in "ab")
    mute = replace(mute, capabilities=Known(("completion",)))
    snap = replace(snap, servers={ENDPOINT: Known(a_server(able, mute))})
    found = {each.check: each for each in causes(snap, examine(snap))}
    assert found["window_too_small"].subjects == ("a:32b",)
    assert found["tools_unsupported"].subjects == ("b:32b",)
    assert found["tools_unsupported"].level == "error"
    assert {each.check for each in found["tools_unsupported"].follows} >= {"window_too_small"}
