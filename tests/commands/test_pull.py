"""byok pull against the double of Ollama."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory_byok.core.addresses import parse_endpoint
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Disk
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.providers.ollama import calls
from factory_byok.workflows import pull as pulling
from tests.commands.conftest import Byok
from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS
from tests.doubles.ollama import Ollama, Registry, Reply, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen3:8b"


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double of Ollama that OLLAMA_HOST points to, with a registry behind it."""
    double = ollama(["smollm2"], registry=Registry([a_model(NAME, 7.6)]))
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes on at once after a cut."""
    monkeypatch.setattr(pulling, "PAUSE", 0.0)


def test_a_pull_tells_bytes_and_leaves_the_model_there(byok: Byok, server: Ollama) -> None:
    ran = byok("pull", NAME, "--json")
    assert ran.code == 0, ran.err
    assert ran.data["bytes"] == ran.data["fetched_bytes"] > 4_000_000_000
    assert ran.data["was_present"] is False
    assert NAME in server.state.models


def test_progress_goes_to_stderr_and_quiet_is_quiet(byok: Byok, server: Ollama) -> None:
    loud = byok("pull", NAME)
    assert "of 4.6 GB" in loud.err and "pulling manifest" in loud.err
    assert "Pulled qwen3:8b" in loud.out
    assert byok("pull", NAME, "--quiet").err == ""


def test_a_model_that_is_there_is_up_to_date(byok: Byok, server: Ollama) -> None:
    byok("pull", NAME)
    again = byok("pull", NAME)
    assert again.code == 0 and "up to date" in again.out


def test_an_error_inside_the_stream_is_an_error(byok: Byok, server: Ollama) -> None:
    ran = byok("pull", "nosuch:1b")
    assert ran.code == 1
    assert "registry has no `nosuch:1b`" in ran.err


@pytest.mark.parametrize("said", ["no space left on device", "max retries exceeded: EOF"])
def test_the_servers_words_are_shown(byok: Byok, server: Ollama, said: str) -> None:
    server.registry.failing = f"write blob: {said}"
    ran = byok("pull", NAME)
    assert ran.code == 1 and said in ran.err


def test_a_cut_connection_goes_on_where_it_was(byok: Byok, server: Ollama) -> None:
    server.registry.breaks_at = 0.5
    ran = byok("pull", NAME, "--json")
    assert ran.code == 0, ran.err
    assert ran.data["cuts"] == 1
    assert ran.data["fetched_bytes"] == ran.data["bytes"]
    assert len(server.asked("/api/pull")) == 2


def test_what_came_before_is_not_counted_as_fetched(byok: Byok, server: Ollama) -> None:
    from tests.doubles.ollama.library import layers

    digest, size = layers(a_model(NAME, 7.6))[0]
    server.registry.got[digest] = size // 2
    data = byok("pull", NAME, "--json").data
    assert data["fetched_bytes"] == pytest.approx(data["bytes"] / 2, rel=0.01)


def test_a_disk_that_is_too_small_stops_it_before_it_begins(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.core.facts import Known
    from factory_byok.hardware import disk

    small = Known(Disk("/models", Bytes(10**10), Bytes(10**9)))
    monkeypatch.setattr(disk, "probe", lambda world: small)
    ran = byok("pull", "qwen2.5-coder:32b")
    assert ran.code == 1
    assert "1.0 GB left" in ran.err
    assert not server.asked("/api/pull")


def test_a_disk_that_turns_out_too_small_stops_it(server: Ollama) -> None:
    address = parse_endpoint(server.url)
    disk = Disk("/models", Bytes(10**10), Bytes(10**9))
    plan = pulling.Plan(NAME, address, Bytes(0), disk, present=False)
    with pytest.raises(ByokError, match=r"needs 4\.6 GB more"):
        pulling.carry_out(World.real(), plan, lambda progress: None)
    assert NAME not in server.state.models


def test_a_model_that_fits_nowhere_is_a_warning_before_the_pull(
    byok: Byok, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama([], registry=Registry([a_model("huge:900b", 70.6)]))
    monkeypatch.setattr(pulling, "_check_disk", lambda *_: None)
    monkeypatch.setattr(pulling, "_check_room", lambda *_: None)
    ran = byok("pull", "huge:900b", "--endpoint", double.url)
    assert ran.code == 0, ran.err
    assert "does not hold" in ran.err.partition("pulling manifest")[0]


def test_a_dry_run_pulls_nothing(byok: Byok, server: Ollama) -> None:
    assert "Nothing was changed" in byok("pull", NAME, "--dry-run").out
    assert not server.asked("/api/pull")


def test_a_name_that_is_none_and_a_server_that_is_not_ollama_are_refused(
    byok: Byok, server: Ollama
) -> None:
    assert byok("pull", "no name").code == 2
    with fault("refused") as url:
        ran = byok("pull", NAME, "--endpoint", url)
        assert ran.code == 1 and "No usable answer from" in ran.err


STALL = 0.4


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_pull_is_an_error_in_bounded_time(
    name: str, ollama: Make, byok: Byok
) -> None:
    import time

    double = ollama(["smollm2"])
    with fault(name, only="/api/pull", beyond=double.url, size=20_000_000, interval=0.2) as url:
        plan = pulling.Plan(NAME, parse_endpoint(url), Bytes(0), None, present=False)
        begin = time.monotonic()
        with pytest.raises(ByokError):
            pulling.carry_out(World.real(), plan, lambda progress: None, stall=STALL)
        assert time.monotonic() - begin < 4


def test_a_stream_that_ends_without_success_is_not_one(server: Ollama, byok: Byok) -> None:
    body = b'{"status":"pulling manifest"}\n{"status":"writing manifest"}\n'
    server.replies["/api/pull"] = Reply(200, body, "application/x-ndjson")
    ran = byok("pull", NAME)
    assert ran.code == 1 and "before it was done" in ran.err


def test_add_can_pull_first(byok: Byok, server: Ollama, factory: Path) -> None:
    server.state.automatic_window = 32_000
    ran = byok("add", "ollama", NAME, "--pull", "--json")
    assert ran.code == 0, ran.err
    assert NAME in server.state.models
    assert (factory / "config.json").exists()


def test_a_server_without_a_network_is_told_and_nothing_is_said_of_going_on(
    byok: Byok, ollama: Make
) -> None:
    # the line of the recording 01/36
    said = (
        'pull model manifest: Get "https://registry.ollama.ai/v2/library/llama3.2/manifests/1b": '
        "dial tcp: lookup registry.ollama.ai on 10.255.255.53:53: dial udp 10.255.255.53:53: "
        "connect: network is unreachable"
    )
    double = ollama([], registry=Registry(failing=said))
    ran = byok("pull", "llama3.2:1b", "--endpoint", double.url)
    assert ran.code == 1
    assert "can't reach registry.ollama.ai: network is unreachable" in ran.err
    assert "goes on" not in ran.err


def test_another_failure_without_a_byte_says_nothing_of_going_on(byok: Byok, ollama: Make) -> None:
    double = ollama([], registry=Registry(failing="max retries exceeded"))
    ran = byok("pull", "llama3.2:1b", "--endpoint", double.url)
    assert "max retries exceeded" in ran.err and "goes on" not in ran.err


def test_ctrl_c_before_the_first_byte_says_that_nothing_was_changed(
    byok: Byok, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "pull", _pressed)
    ran = byok("pull", "llama3.2:1b", "--endpoint", ollama([]).url)
    assert ran.code == 130
    assert "Interrupted. Nothing was changed" in ran.err


def test_ctrl_c_later_says_what_came_and_how_to_go_on(
    byok: Byok, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "pull", _half)
    ran = byok("pull", "llama3.2:1b", "--endpoint", ollama([]).url)
    assert ran.code == 130
    assert "What came of the download stays (500 MB)" in ran.err and "goes on from there" in ran.err


def _pressed(*_: object) -> Iterator[calls.Step]:
    """Ctrl-c at once."""
    raise KeyboardInterrupt


def _half(*_: object) -> Iterator[calls.Step]:
    """Ctrl-c in the middle of a layer."""
    yield calls.Step("pulling", "sha256:1", 10**9, 5 * 10**8)
    raise KeyboardInterrupt
