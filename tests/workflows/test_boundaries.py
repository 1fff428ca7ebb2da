"""Sentences with a number or a condition, of exercises, advice, workflows and their screens, are
true just below, at, and just above their bounds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Disk, Entry, Exercise, Known, ServerSettings
from factory_byok.core.http import NoAnswer
from factory_byok.core.units import Bytes, Tokens
from factory_byok.diagnosis.advice import set_window
from factory_byok.diagnosis.refusal_advice import remedy_for
from factory_byok.exercises.chat import lacking
from factory_byok.exercises.conversation import Answer, Parts
from factory_byok.exercises.exchange import Exchange, _interrupted
from factory_byok.exercises.limits import FOR_EVER, Limits
from factory_byok.exercises.refusal import Overflow
from factory_byok.exercises.window import judge
from factory_byok.exercises.window_proof import Proof
from factory_byok.screens.style import UNBOUNDED, Style
from factory_byok.workflows.pull import SPARE, _check_disk
from factory_byok.workflows.setup.window_and_memory import _lasting
from tests.builders import ENDPOINT, a_server, a_snapshot, an_entry
from tests.exercises.bench import a_session, an_aim

PLAIN = Style(color=False, width=UNBOUNDED)
SIZE = 20 * 10**9


def an_ended_answer(tokens: int) -> str:
    """What is said of an answer that ends at a limit, where the entry's own is 100 tokens."""
    session = a_session(an_aim(ENDPOINT, max_output=100))
    return lacking(session, Exchange(Answer("x", finish="length", completion_tokens=tokens)))[1]


def a_broken_stream(pieces: int) -> str:
    """What is said of a stream that broke after so many pieces."""
    course = Exchange(parts=Parts(text=["x"] * pieces))
    return _interrupted(NoAnswer("timeout", "too late"), course, 60.0).words


def a_refused_length(window: int) -> str:
    """What is advised where the server told its window."""
    entry: Entry = an_entry()
    done = Exercise(
        entry.id, entry.model, "chat", "failed", "", {"fault": "too_long", "allowed": window}
    )
    return remedy_for(a_snapshot(), entry, done).text


def a_minute(allowed: int) -> str:
    """What is said where an account let nothing long through."""
    return judge(Proof(32_040, a_minute=allowed, counted=700), 32_000)[1]


def a_refusal_with_a_claim(window: int) -> str:
    """What is said where the server refused what was above its window, and time ended there."""
    proof = Proof(32_000, claimed=65_536, counted=700, short_of_time=True)
    proof.refusal = Overflow(65_000, window)
    return judge(proof, 32_000)[1]


def the_apps_slider(window: int) -> str:
    """How the app gives a window."""
    server = replace(a_server(), settings=Known(ServerSettings(started_by="app")))
    snap = a_snapshot(machine=replace(a_snapshot().machine, system="darwin"))
    return set_window(snap, ENDPOINT, server, Tokens(window))


def a_disk(free: int) -> str:
    """What is said of a disk before a download."""
    try:
        _check_disk("m:32b", Disk("/models", Bytes(10**12), Bytes(free)), Bytes(SIZE))
    except ByokError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("say", "number", "words"),
    [
        (an_ended_answer, 99, "A limit of the server's own"),
        (an_ended_answer, 100, "The entry's output limit of 100"),
        (an_ended_answer, 101, "The entry's output limit of 100"),
        (a_broken_stream, 1, "; 1 piece had come"),
        (a_broken_stream, 2, "; 2 pieces had come"),
        (a_refused_length, 15_332, "Raise the window"),
        (a_refused_length, 15_333, "output limit smaller"),
        (a_minute, 8_799, "droid's first request alone has about 8,800"),
        (a_minute, 8_800, "nothing is proven"),
        (a_refusal_with_a_claim, 31_999, "although it claims 65,536; 32,000 tokens are needed"),
        (a_refusal_with_a_claim, 32_000, "so 32,000 are only claimed"),
        (the_apps_slider, 32_768, "slider to 32k"),
        (the_apps_slider, 32_769, "slider to 64k"),
        (the_apps_slider, 262_144, "slider to 256k"),
        (the_apps_slider, 262_145, "to automatic. Then run `launchctl setenv OLLAMA_CONTEXT_LENGT"),
        (a_disk, SIZE + SPARE - 1, "with 500 MB to spare"),
        (_lasting, 3_650 * 86_400, "minutes more without use"),
        (_lasting, 3_650 * 86_400 + 1, "for good"),
        (lambda load: Limits(load=load).patience(60), FOR_EVER - 1, "up to 86459 s"),
        (lambda load: Limits(load=load).patience(60), FOR_EVER, "may take long"),
    ],
)
def test_a_sentence_is_true_at_its_bound(
    say: Callable[[float], str], number: float, words: str
) -> None:
    assert words in say(number)


def test_a_disk_that_is_just_large_enough_is_not_spoken_of() -> None:
    assert a_disk(SIZE + SPARE) == ""


def test_what_there_was_no_time_for_is_not_called_whole() -> None:
    proof = Proof(8_128, claimed=8_192, counted=2_670, short_of_time=True)
    assert "of the 2,670 that there was time for nothing was cut" in judge(proof, 32_000)[1]
    assert "within it nothing was cut" in judge(replace(proof, short_of_time=False), 32_000)[1]
