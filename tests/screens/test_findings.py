"""Findings for people."""

from factory_byok.core.findings import Finding
from factory_byok.screens.findings import reasons_once


def test_a_reason_is_told_once_for_each_subject() -> None:
    chat = Finding("error", "M", "`m` does not answer: the limit is too high")
    stream = Finding("error", "M", "Streaming from `m` breaks: the limit is too high")
    other = Finding("error", "N", "`m` does not answer: the limit is too high")
    tools = Finding("warning", "M", "Tool calls of `m` do not work: prose")
    plain = Finding("warning", "M", "The window is small")
    found = (chat, stream, other, tools, plain)
    assert reasons_once(found) == [chat, other, tools, plain]
