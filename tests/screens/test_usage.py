"""Complaints about words, help pages and tables: in byok's words, and never wider than the page."""

import json
import shlex

import pytest
from rich.text import Text

from factory_byok.cli import run
from factory_byok.commands import VERBS
from factory_byok.screens.style import UNBOUNDED, Style
from factory_byok.screens.usage import hint, sentence

LIBRARY = ("Value error", "Input should", "Invalid value", "<int", "<str", "<list", "<float", "x>=")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["doctor", "--format", "pdf"], "`--format` is text, markdown or html, not `pdf`"),
        (["doctor", "--timeout", "abc"], "`--timeout` needs a number"),
        (["doctor", "--timeout", "0"], "`--timeout` must be 0.1 or more"),
        (["fit", "--window", "x"], "`--window` needs a whole number"),
        (["list", "a", "b"], "`b` is more than this verb takes"),
        (["set"], "ENTRY is missing"),
        (["lst"], "There is no verb `lst`"),
        (["list", "--colour", "x"], "There is no option `--colour`"),
        (["doctor", "--timeout"], "`--timeout` needs a value"),
        (["doctor", "--droid-version", "x"], "`x` is not a version of droid"),
        (["pull", " "], "The model's name is empty"),
        (["remove", ""], "ENTRY is empty"),
        (["add", "ollama", ""], "An argument is empty"),
        (["doctor", "--endpoint", ""], "`--endpoint` is empty"),
        (["doctor", "--from", "a.json", "--deep"], "`--from` and `--deep` exclude each other"),
        (["fix", "model-mising"], "Did you mean `model_missing`?"),
    ],
)
def test_a_complaint_is_in_byoks_words(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert not any(word in told for word in LIBRARY)


def test_what_is_unknown_is_said_as_it_is_and_what_is_near_is_offered() -> None:
    assert sentence("Something new") == "Something new"
    assert hint("No such command 'lst'", list(VERBS), []) == "Did you mean `byok list`?"
    assert hint("No such option: --colour", [], ["--color"]) == "Did you mean `--color`?"
    assert hint("Something new", list(VERBS), ["--color"]) == ""


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, verb: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    run([*filter(None, [verb]), "--help"])
    page = capsys.readouterr().out
    assert max(map(len, page.splitlines())) <= width
    assert not any(word in page for word in LIBRARY)


def test_no_word_is_broken_where_it_fits() -> None:
    text = "a model-name:30b at http://localhost:11434/v1 with `byok fix base_url_wrong`"
    words = text.split()
    lines = Style(color=False, width=40).wrapped(" ".join(words * 5), "    ")
    assert set(" ".join(lines).split()) == set(words)


def test_a_pipe_gets_whole_sentences_and_whole_cells() -> None:
    pipe = Style(color=False, width=UNBOUNDED)
    assert len(pipe.wrapped("word " * 500)) == 1
    assert pipe.table(("Name", "Model"), [("a", "b:7b"), (("long name", "bold"), "c")]) == [
        "NAME       MODEL",
        "a          b:7b",
        "long name  c",
    ]


def test_a_command_stays_copyable_at_every_width() -> None:
    words = ["byok", "set", "custom:A-Long-Name-[Local]-0", "name=with spaces", "max_output=16000"]
    for width in (24, 40, 60, 80, UNBOUNDED):
        style = Style(color=False, width=width)
        shown = "\n".join(style.command(words, "    "))
        typed = shown.strip().removeprefix("$ ").replace("\\\n", "")  # as a shell reads it
        assert shlex.split(typed) == words
        assert "\n" not in shown or max(map(len, shown.splitlines())) <= max(width, 40)
        line = style.wrapped("Stop it, then start it again with `ollama serve --port 1` here")
        assert width < 24 or "`ollama serve --port 1`" in "\n".join(line)


@pytest.mark.parametrize("color", [False, True])
def test_a_line_wider_than_the_screen_goes_on_under_itself(color: bool) -> None:
    style = Style(color=color, width=40)
    line = f"  + {style.paint('window', 'bold')} of {'qwen3-coder:30b-ctx32000 ' * 3}"
    plain = [Text.from_ansi(each).plain for each in style.fitted(["short", line])]
    assert plain[0] == "short" and plain[1].startswith("  + window of")
    assert all(len(each) <= 40 for each in plain) and all(each[:4] == "    " for each in plain[2:])
    assert " ".join(plain[1:]).split() == Text.from_ansi(line).plain.split()


def test_a_failure_says_the_next_step_to_scripts_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--colour", "x", "--json"]) == 2
    body = json.loads(capsys.readouterr().out)
    assert body["next"] == {"text": "Did you mean `--color`?", "command": None}
    assert (body["data"], body["status"], body["interrupted"]) == (None, "error", False)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["apply", "none.toml"], ["byok", "explain", "manifest"]),
        (["undo"], ["byok", "list"]),
        (["window", "--server"], ["byok", "window", "qwen3:8b", "--set", "32000"]),
        (["doctor", "--from", "none.json"], None),  # FILE is for the user to name
        (["snapshot", "-o", "none/s.json"], None),
    ],
)
@pytest.mark.outside
def test_every_failure_leads_on(
    capsys: pytest.CaptureFixture[str], words: list[str], command: list[str] | None
) -> None:
    assert run([*words, "--json"]) > 0
    told = json.loads(capsys.readouterr().out)["next"]
    assert told["text"] and told["command"] == command


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_word_is_cut(width: int) -> None:
    long = "hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF-Some-Long-Name:Q4_K_M"
    style, heads = Style(color=False, width=width), ("Name", "Model", "Server")
    told = style.wrapped(f"hint: Look at `{long}` and then at something else", " " * 12)
    told += style.table(heads, [("Qwen 3 Coder 30B [Local]", long, "localhost:11434")])
    told += style.table(("", ""), [("name", f"a sentence about {long} and more")], 2)
    assert sum(long in line for line in told) == 3
    assert all(len(line) <= max(width, len(long) + 12) for line in told)


@pytest.mark.parametrize("width", [40, 80, UNBOUNDED])
def test_a_table_without_rows_is_its_heads_or_nothing(width: int) -> None:
    style = Style(color=False, width=width)
    assert style.table(("", "", ""), []) == []
    assert len(style.table(("Name", "Model", "Server"), [])) == (width > 60)
