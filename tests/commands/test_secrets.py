"""Secrets, planted everywhere, must appear in no output of any verb; nor names in a report."""

import json
from pathlib import Path

import pytest

from factory_byok.commands import VERBS as ALL_VERBS
from factory_byok.completion import offer
from factory_byok.core.world import World
from tests.commands.conftest import Byok

pytestmark = pytest.mark.outside

PLANTED = [
    "sk-live-7Qm2xV9pLr4",
    "Bearer-tok-55aa66bb77cc",
    "hunter2hunter2",
    "proxy-pass-9f8e7d",
    "header-secret-0a1b2c3d",
    "arg-secret-4e5f6a7b",
]


@pytest.fixture
def planted(factory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in both files, in headers, in a base URL, in arguments, in variables."""
    monkeypatch.setenv("PLANTED_KEY", PLANTED[0])
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PLANTED[3]}@proxy.example:3128")
    monkeypatch.setenv("OLLAMA_API_KEY", PLANTED[1])
    plain = {
        "displayName": "A", "model": "a:7b", "provider": "generic-chat-completion-api",
        "baseUrl": f"http://user:{PLANTED[2]}@127.0.0.1:9/v1", "apiKey": PLANTED[0],
        "extraHeaders": {"X-Auth": PLANTED[4]}, "extraArgs": {"password": PLANTED[5]},
    }  # fmt: skip
    variable = {**plain, "displayName": "B", "apiKey": "${PLANTED_KEY}"}
    legacy = {
        "model_display_name": "C", "model": "c:7b", "provider": "nonsense", "api_key": PLANTED[1],
        "base_url": f"http://127.0.0.1:9/v1?key={PLANTED[2]}", "max_tokens": "4000",
    }  # fmt: skip
    (factory / "settings.json").write_text(json.dumps({"customModels": [plain, variable]}))
    (factory / "config.json").write_text(
        "{\n # mine\n" + json.dumps({"custom_models": [legacy]})[1:]
    )
    monkeypatch.chdir(factory)
    (factory / "team.toml").write_text(f'[[entries]]\nname = "T"\napi_key = "{PLANTED[0]}"\n')


VERBS = [
    ("list",),
    ("doctor",),
    ("snapshot",),
    ("fix", "--dry-run"),
    ("fix", "--yes"),
    ("test", "--timeout", "0.5", "--only", "chat"),
    ("add", "ollama", "x:7b", "--no-check", "--dry-run"),
    ("remove", "A", "--dry-run"),
    ("set", "A", "max_output=5000", "--dry-run"),
    ("set", "A", "nosuch=1"),
    ("undo", "--list"),
    ("undo",),
    ("fit",),
    ("fit", "a:7b"),
    ("explain", "key_exposed"),
    ("pull", "a:7b", "--dry-run", "--timeout", "0.5"),
    ("window", "--timeout", "0.5"),
    ("completion", "bash"),
    ("apply", "--check", "--offline", "team.toml"),
    ("setup", "--model", "a:7b", "--yes", "--wait", "0", "--endpoint", "http://127.0.0.1:9"),
    ("doctor", "--format", "markdown"),
    ("doctor", "--format", "html"),
    ("doctor", "--deep", "--timeout", "0.5", "--format", "html"),
]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.usefixtures("planted")
def test_no_verb_shows_a_secret(byok: Byok, words: tuple[str, ...], form: tuple[str, ...]) -> None:
    ran = byok(*words, *form)
    assert ran.code in (0, 1, 2)
    shown = ran.out + ran.err
    assert [secret for secret in PLANTED if secret in shown] == []


def test_every_verb_is_looked_at() -> None:
    assert {words[0] for words in VERBS} == set(ALL_VERBS)


@pytest.mark.usefixtures("planted")
def test_completion_offers_no_secret() -> None:
    lines = [("remove",), ("set", "A"), ("test",), ("doctor", "--endpoint"), ("add", "ollama")]
    lines += [("add", "groq", "x", "--key-env"), ("set", "custom:A-0")]
    for words in lines:
        told = str(offer(words, "", World.real()).words)
        assert [secret for secret in PLANTED if secret in told] == []


# --- names, of which a report that leaves the machine must hold none -----------------------------

USER = "zaphodbeeble"
HOST = "heart-of-gold"
HOME = "presidential-home"
ADDRESSES = (
    "10.11.12.13", "192.168.77.6", "172.16.5.4", "172.31.255.1", "fe80::dead:beef",
    "fd12:3456::42", "towel.local",
)  # fmt: skip


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user, a host, a home and addresses in every place that byok reads; the home."""
    home = tmp_path / HOME / USER
    (home / ".factory").mkdir(parents=True)
    for name in ("HOME", "FACTORY_HOME_OVERRIDE"):
        monkeypatch.setenv(name, str(home))
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, USER)
    monkeypatch.setenv("HOSTNAME", HOST)
    monkeypatch.setenv("OLLAMA_HOST", f"http://{ADDRESSES[0]}:11434")
    monkeypatch.setenv("OLLAMA_MODELS", str(home / "models"))
    monkeypatch.setenv("NO_PROXY", ",".join(ADDRESSES))
    monkeypatch.setattr(
        "factory_byok.core.world.platform.node", lambda: f"{HOST}.magrathea.example"
    )
    entries = [
        {
            "displayName": f"{USER}'s model {at}",
            "model": f"{USER}/coder:{at}b",
            "provider": "generic-chat-completion-api",
            "baseUrl": f"http://{f'[{address}]' if ':' in address else address}:9/v1",
            "apiKey": "not-needed",
        }
        for at, address in enumerate((*ADDRESSES, HOST))
    ]
    folder = home / ".factory"
    (folder / "settings.json").write_text(json.dumps({"customModels": entries}))
    (folder / "config.json").write_text(f"{{ # {USER} wrote this at {home}\n}}")
    monkeypatch.chdir(home)
    return home


LEAVES = [
    ("snapshot",),
    ("snapshot", "--json"),
    ("doctor", "--format", "markdown"),
    ("doctor", "--format", "html"),
]


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_nothing_that_leaves_the_machine_names_it(
    byok: Byok, named: Path, words: tuple[str, ...]
) -> None:
    ran = byok(*words, "--timeout", "0.4", "--quiet")
    assert ran.code in (0, 1)
    assert "coder" in ran.out
    shown = ran.out.lower()
    planted = (USER, HOST, HOME, str(named), *ADDRESSES)
    assert [name for name in planted if name in shown] == []


def test_a_report_file_is_redacted_too_and_never_written_over(byok: Byok, named: Path) -> None:
    for name, mark in (("r.html", "<!doctype html>"), ("r.md", "## byok report")):
        ran = byok("doctor", "--timeout", "0.4", "-o", name)
        text = (named / name).read_text()
        assert text.startswith(mark)
        assert USER not in text
        assert f"Wrote {name}" in ran.out
        again = byok("doctor", "--timeout", "0.4", "-o", name)
        assert (again.code, (named / name).read_text()) == (1, text)
        assert "exists already" in again.err
