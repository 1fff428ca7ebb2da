"""byok apply against doubles of Ollama: it converges, checks, and refuses the impossible."""

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Disk, Known, Memory
from factory_byok.core.units import Bytes
from tests.commands.conftest import Byok, Ran
from tests.commands.terminal import Person
from tests.doubles.droid import Droid
from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama, Registry, Reply, a_model
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import LISTS

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
BASE = "qwen2.5-coder:7b"
COPY = "qwen2.5-coder:7b-ctx32000"
ENTRY = f'[[entries]]\nname = "Coder"\nmodel = "{BASE}"\n'
MODEL = f'[[models]]\nname = "{BASE}"\nwindow = 32000\n'
WHOLE = f'default = "Coder"\n{MODEL}{ENTRY}max_output = 6000\n'


@pytest.fixture(autouse=True)
def large_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same memory and disk wherever the tests run."""
    from factory_byok.hardware import disk, ram

    memory = Known(Memory(Bytes(32 * 10**9), Bytes(24 * 10**9)))
    monkeypatch.setattr(ram, "probe", lambda world: memory)
    room = Known(Disk("/models", Bytes(10**12), Bytes(10**11)))
    monkeypatch.setattr(disk, "probe", lambda world: room)


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """An Ollama that OLLAMA_HOST points to, with nothing in it and something to pull."""
    there = Registry([a_model(BASE, 7.6), a_model("qwen2.5-coder:14b", 14.8)])
    double = ollama([], registry=there)
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


@pytest.fixture
def apply(byok: Byok, tmp_path: Path) -> Callable[..., Ran]:
    """Writes a manifest and applies it: `apply(TEXT, "--check")`."""

    def run(text: str, *words: str, name: str = "byok.toml") -> Ran:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return byok("apply", str(path), "--json", *words)

    return run


Apply = Callable[..., Ran]


def body(path: Path) -> dict[str, Any]:
    """A settings file's JSON."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def told(ran: Ran) -> list[tuple[str, str, Any, Any, bool]]:
    """The changes, each as one line."""
    return [
        (each["what"], each["subject"], each["from"], each["to"], each["done"])
        for each in ran.data["changes"]
    ]


def files(home: Path) -> dict[str, bytes]:
    """Everything below a home, byte for byte."""
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def sentence(ran: Ran) -> str:
    """The one error of a failed apply, which has a hint and changed nothing."""
    assert ran.code == 1
    errors = [each for each in ran.json["findings"] if each["level"] == "error"]
    assert ran.json["status"] == "error"
    assert len(errors) == 1, errors
    return str(errors[0]["message"])


def test_from_nothing_it_pulls_makes_the_window_and_writes_the_entry(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    ran = apply(WHOLE)
    assert ran.code == 0, ran.out
    assert {BASE, COPY} <= set(server.state.models)
    assert body(empty_home / ".factory/config.json")["custom_models"] == [
        {
            "model_display_name": "Coder",
            "model": COPY,
            "base_url": server.base_url,
            "api_key": "not-needed",
            "provider": "generic-chat-completion-api",
            "max_tokens": 6000,
        }
    ]
    assert body(empty_home / ".factory/settings.json") == {
        "compactionTokenLimitPerModel": {"custom:Coder-0": 26_000},
        "sessionDefaultSettings": {"model": "custom:Coder-0"},
    }
    assert told(ran) == [
        ("model", BASE, None, server.url, True),
        ("window", BASE, None, 32_000, True),
        ("entry", "Coder", None, f"{COPY} at {server.base_url}", True),
        ("compaction_limit", "custom:Coder-0", None, 26_000, True),
        ("default", "droid", None, "custom:Coder-0", True),
    ]
    assert ran.data["entries"] == {"Coder": "custom:Coder-0"}


def test_the_second_run_changes_nothing(apply: Apply, server: Ollama, empty_home: Path) -> None:
    apply(WHOLE)
    before, asked = files(empty_home), len(server.asked("/api/pull") + server.asked("/api/create"))
    for words in ((), ("--check",), ("--offline",)):
        ran = apply(WHOLE, *words)
        assert (ran.code, ran.data["changes"], ran.data["diff"]) == (0, [], "")
    assert files(empty_home) == before
    assert len(server.asked("/api/pull") + server.asked("/api/create")) == asked


def test_check_reports_the_same_changes_and_makes_none(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    ran = apply(WHOLE, "--check")
    assert (ran.code, ran.json["status"]) == (1, "warning")
    assert [each[0] for each in told(ran)] == [
        "model",
        "window",
        "entry",
        "compaction_limit",
        "default",
    ]
    assert not any(each[4] for each in told(ran))
    assert files(empty_home) == {}
    assert not server.asked("/api/pull")
    apply(WHOLE)
    assert apply(WHOLE, "--check").json["status"] == "ok"


def test_each_kind_of_drift_is_seen_and_mended(
    apply: Apply, server: Ollama, byok: Byok, empty_home: Path
) -> None:
    apply(WHOLE)
    byok("set", "Coder", "max_output=1000")
    del server.state.models[COPY]
    settings = empty_home / ".factory/settings.json"
    settings.write_text('{"sessionDefaultSettings": {"model": "custom:Other-0"}}')
    seen = apply(WHOLE, "--check")
    assert (seen.code, seen.json["status"]) == (1, "warning")
    window, *others = told(seen)
    assert (window[:2], window[3]) == (("window", BASE), 32_000)
    assert [each[:4] for each in others] == [
        ("entry.max_output", "Coder", 1000, 6000),
        ("compaction_limit", "custom:Coder-0", None, 26_000),
        ("default", "droid", "custom:Other-0", "custom:Coder-0"),
    ]
    assert apply(WHOLE).code == 0
    assert apply(WHOLE, "--check").code == 0


def test_what_the_manifest_leaves_open_stays_as_the_user_has_it(
    apply: Apply, server: Ollama, byok: Byok, empty_home: Path
) -> None:
    apply(MODEL + ENTRY)
    byok("set", "Coder", "max_output=1234")
    assert [each[0] for each in told(apply(MODEL + ENTRY))] == ["compaction_limit"]
    assert apply(MODEL + ENTRY).data["changes"] == []
    assert body(empty_home / ".factory/config.json")["custom_models"][0]["max_tokens"] == 1234


def test_other_entries_and_every_other_byte_stay(
    apply: Apply, server: Ollama, factory: Path
) -> None:
    before = """{
  // mine
  "theme":   "dark",
  "customModels": [
    { "displayName": "Mine", "model": "BASE", "baseUrl": "URL", "apiKey": "k1-secret",
      "provider": "generic-chat-completion-api", "maxOutputTokens": 9 } // keep
  ]
}
""".replace("BASE", BASE).replace("URL", server.base_url)
    path = factory / "settings.json"
    path.write_text(before)
    ran = apply(WHOLE)
    assert ran.code == 0, ran.out
    assert "k1-secret" not in ran.out
    after = path.read_text()
    for line in ("  // mine", '  "theme":   "dark",', '"maxOutputTokens": 9 }', "// keep"):
        assert line in after
    assert f'"model": "{BASE}"' in after  # the other entry keeps the model without the window


def test_one_undo_takes_back_all_files(
    apply: Apply, server: Ollama, byok: Byok, empty_home: Path
) -> None:
    apply(WHOLE)
    assert byok("undo").code == 0
    assert not (empty_home / ".factory").exists()


def test_a_new_window_or_model_of_the_team_reaches_its_own_entry(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    apply(WHOLE)
    larger = WHOLE.replace("32000", "32768")
    assert ("entry.model", "Coder", COPY, f"{BASE}-ctx32768", True) in told(apply(larger))
    other = larger.replace(BASE, "qwen2.5-coder:14b")
    ran = apply(other)
    assert ran.code == 0, ran.out
    (entry,) = body(empty_home / ".factory/config.json")["custom_models"]
    assert entry["model"] == "qwen2.5-coder:14b-ctx32768"
    assert apply(other, "--check").code == 0


def test_a_name_that_somebody_elses_entry_has_is_not_taken(
    apply: Apply, server: Ollama, byok: Byok, empty_home: Path
) -> None:
    byok("add", "ollama", "mistral:7b", "--no-check", "--name", "Coder")
    before = files(empty_home)
    ran = apply(WHOLE)
    assert "The name is taken" in sentence(ran) and "mistral:7b" in sentence(ran)
    assert files(empty_home) == before
    assert not server.asked("/api/pull")
    assert apply(WHOLE, "--force").code == 0
    assert body(empty_home / ".factory/config.json")["custom_models"][0]["model"] == COPY


def test_the_same_entry_made_by_hand_is_taken_over(
    apply: Apply, server: Ollama, byok: Byok, empty_home: Path
) -> None:
    byok("add", "ollama", BASE, "--no-check", "--name", "Coder")
    ran = apply(WHOLE)
    assert ran.code == 0, ran.out
    assert ("entry.model", "Coder", BASE, COPY, True) in told(ran)
    assert len(body(empty_home / ".factory/config.json")["custom_models"]) == 1


def test_a_model_that_is_larger_than_the_machine_is_not_pulled(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    ran = apply('[[models]]\nname = "llama3.3:70b"\n')
    assert "larger than this machine" in sentence(ran)
    assert not server.asked("/api/pull")


def test_a_window_above_the_models_longest_is_refused_before_and_after_the_pull(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    long = MODEL.replace("32000", "999000")
    assert "ends at" in sentence(apply(long))
    assert not server.asked("/api/pull")
    server.state.models[BASE] = a_model(BASE, 7.6)
    assert "ends at 32,768" in sentence(apply(long + ENTRY))
    assert files(empty_home) == {}


def test_least_hardware_that_is_not_there_stops_everything(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    ran = apply(f'{WHOLE}[hardware]\nmemory = "64GB"\n')
    assert "asks for 64.0 GB of memory; this machine has 32.0 GB" in sentence(ran)
    assert files(empty_home) == {} and not server.asked("/api/pull")
    assert apply(f'{WHOLE}[hardware]\nmemory = "32GB"\n').code == 0


def test_a_disk_that_cannot_hold_the_models_stops_before_the_first_pull(
    apply: Apply, server: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.hardware import disk

    small = Known(Disk("/models", Bytes(10**12), Bytes(10 * 10**9)))
    monkeypatch.setattr(disk, "probe", lambda world: small)
    both = f'{MODEL}[[models]]\nname = "qwen2.5-coder:14b"\n'
    assert "The 2 models to pull need" in sentence(apply(both))
    assert not server.asked("/api/pull")


def test_a_silent_server_changes_nothing_and_says_the_next_step(
    apply: Apply, empty_home: Path
) -> None:
    text = f'{WHOLE}[endpoints]\ndefault = "http://127.0.0.1:{closed_port()}"\n'
    for words in ((), ("--check",)):
        ran = apply(text, *words)
        assert "No usable answer from http://127.0.0.1" in sentence(ran)
        assert ran.json["findings"][0]["remedy"]["text"]
    assert files(empty_home) == {}


def test_no_network_for_the_server_is_a_sentence(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    server.registry.failing = 'Get "https://registry.ollama.ai/v2/": dial tcp: no such host'
    ran = apply(WHOLE)
    assert "no such host" in sentence(ran)
    assert not any(each[4] for each in told(ran))
    assert not (empty_home / ".factory").exists()


def test_a_pull_that_breaks_off_leaves_droids_files_alone_and_goes_on_later(
    apply: Apply, server: Ollama, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.workflows import pull as pulling

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pulling, "carry_out", interrupted)
        ran = apply(WHOLE)
    assert ran.code == 130
    assert not any(each[4] for each in told(ran))
    assert not (empty_home / ".factory").exists()
    server.registry.breaks_at = 0.5
    assert apply(WHOLE).code == 0


def test_a_window_that_cannot_be_made_keeps_the_pull_and_writes_no_entry(
    apply: Apply, server: Ollama, empty_home: Path
) -> None:
    line = b'{"error":"no space left on device"}\n'
    server.replies["/api/create"] = Reply(200, line, "application/x-ndjson")
    ran = apply(WHOLE)
    assert "no space left" in sentence(ran)
    assert [each[4] for each in told(ran)][:2] == [True, False]
    assert not (empty_home / ".factory").exists()
    del server.replies["/api/create"]
    assert apply(WHOLE).code == 0


def test_a_rejected_settings_file_is_never_written(
    apply: Apply, server: Ollama, factory: Path
) -> None:
    path = factory / "settings.json"
    path.write_text('{"customModels": [],}')
    ran = apply(WHOLE)
    assert ran.code == 1 and "line 1" in ran.json["findings"][0]["message"]
    assert path.read_text() == '{"customModels": [],}'
    assert not server.asked("/api/pull")


def test_a_write_that_fails_takes_back_what_was_written(
    apply: Apply, server: Ollama, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.droid.settings.writing import transaction

    swap = transaction._swap

    def failing(each: Any) -> None:
        if each.document.path.name == "settings.json":
            raise OSError(errno.ENOSPC, "full")
        swap(each)

    monkeypatch.setattr(transaction, "_swap", failing)
    assert "no space left" in sentence(apply(WHOLE))
    assert not (empty_home / ".factory").exists()


def test_a_model_that_the_manifest_does_not_pull_must_be_there(
    apply: Apply, server: Ollama
) -> None:
    ran = apply(ENTRY)
    assert f"`{BASE}` isn't installed" in sentence(ran)
    assert "[[models]]" in ran.json["findings"][0]["remedy"]["text"]


def test_keys_are_variables_and_never_shown(
    apply: Apply, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_KEY", "sk-planted-123456789")
    text = (
        '[[entries]]\nname = "Big"\nprovider = "openrouter"\nmodel = "a/b"\nkey_env = "TEAM_KEY"\n'
    )
    ran = apply(text, "--offline")
    assert ran.code == 0
    assert "sk-planted" not in ran.out + ran.err
    (entry,) = body(empty_home / ".factory/settings.json")["customModels"]
    assert entry["apiKey"] == "${TEAM_KEY}"
    other = apply(text.replace("TEAM_KEY", "OTHER_KEY"), "--offline")
    assert told(other) == [("entry.key", "Big", "${TEAM_KEY}", "${OTHER_KEY}", True)]
    assert "`OTHER_KEY` has no value here" in other.out


def test_offline_writes_entries_without_a_server(apply: Apply, empty_home: Path) -> None:
    ran = apply(WHOLE, "--offline")
    assert ran.code == 0
    (entry,) = body(empty_home / ".factory/config.json")["custom_models"]
    assert entry["model"] == COPY
    assert apply(WHOLE, "--offline", "--check").code == 0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f'\n{ENTRY}provider = "olama"\n', 2, "not a provider"),
        ('[[models]]\nname = "no name"\n', 1, "is not a model name"),
        ('\n[[models]]\nname = "m:480b-cloud"\nwindow = 9000\n', 2, "runs in the cloud"),
        (f'{ENTRY}provider = "openai-compatible"\n', 1, "has no address of its own"),
    ],
)
def test_names_that_lead_nowhere_are_told_with_their_line(
    apply: Apply, text: str, line: int, words: str
) -> None:
    ran = apply(text)
    message = ran.json["findings"][0]["message"]
    assert ran.code == 1
    assert f"line {line}: " in message and words in message


def test_a_manifest_that_is_not_there_is_a_sentence(byok: Byok, tmp_path: Path) -> None:
    ran = byok("apply", str(tmp_path / "gone.toml"))
    assert ran.code == 1 and "There is no file" in ran.err


def test_people_read_what_changed(byok: Byok, apply: Apply, server: Ollama, tmp_path: Path) -> None:
    (tmp_path / "byok.toml").write_text(WHOLE)
    path = str(tmp_path / "byok.toml")
    assert f"pull {BASE}" in byok("apply", path, "--check").out
    assert "5 changes made" in byok("apply", path).out
    assert f"Already matches {path}" in byok("apply", path).out


def test_another_provider_is_asked_and_a_model_that_it_lacks_is_refused(
    apply: Apply, empty_home: Path
) -> None:
    listed = LISTS["vllm"]
    with OpenAIServer(listed) as double:
        text = (
            f'[endpoints]\ngpu = "{double.url}"\n[[entries]]\nname = "Big"\nprovider = "vllm"\n'
            f'endpoint = "gpu"\nmodel = "{listed.model}"\n'
        )
        missing = apply(text.replace(listed.model, "no/such"))
        assert "`no/such` isn't served" in sentence(missing)
        assert "--no-check" not in missing.out
        assert apply(text).code == 0
        assert apply(text, "--check").data["changes"] == []
    (entry,) = body(empty_home / ".factory/config.json")["custom_models"]
    assert entry["base_url"] == f"{double.url}/v1"


def test_the_real_droid_lists_what_was_applied(
    apply: Apply, droid: Droid, empty_home: Path
) -> None:
    apply(WHOLE, "--offline")
    assert droid.models(empty_home) == [("custom:Coder-0", "Coder")]


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_on_a_terminal_it_shows_the_changes_and_asks(
    tmp_path: Path, empty_home: Path, answer: str, code: int
) -> None:
    (tmp_path / "byok.toml").write_text(WHOLE)
    person = Person("apply", str(tmp_path / "byok.toml"), "--offline")
    assert person.sees("Coder").sees("[y/n]").types(answer).ends() == code
    assert (empty_home / ".factory").exists() == (code == 0)


@pytest.mark.parametrize(("text", "code"), [(WHOLE, 0), ("", 1), ("versoin = 1", 1)])
def test_a_manifest_comes_from_standard_input(
    empty_home: Path, tmp_path: Path, text: str, code: int
) -> None:
    command = [sys.executable, "-m", "factory_byok", "apply", "-", "--offline"]
    ran = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == code
    if text and code:
        assert "standard input, line 1: `versoin`" in ran.stderr
