"""key_refused: fires for a key that was tried and refused, silent for all others."""

from factory_byok.core.facts import Key
from factory_byok.diagnosis.checks.key_refused import check
from tests.builders import a_snapshot, an_entry


def test_a_refused_key_is_an_error_with_the_servers_words() -> None:
    entry = an_entry(key=Key("literal"))
    snap = a_snapshot(entries=(entry,), refused_keys={entry.id: "Incorrect API key"})
    (finding,) = check(snap)
    assert (finding.level, finding.subject) == ("error", entry.label)
    assert "refuses the entry's key: Incorrect API key" in finding.message
    assert finding.remedy.command[-1] == "key_env=NAME"


def test_an_entry_without_a_key_is_told_that_one_is_wanted() -> None:
    entry = an_entry(key=Key())
    (finding,) = check(a_snapshot(entries=(entry,), refused_keys={entry.id: ""}))
    assert "wants a key" in finding.message


def test_it_is_silent_where_no_key_was_refused() -> None:
    assert list(check(a_snapshot())) == []
