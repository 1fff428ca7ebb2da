"""What must not leave a machine does not, and what must stay readable does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from factory_byok.core.facts import Known, Server, Snapshot, Unknown
from factory_byok.core.serialization import from_json, to_json
from factory_byok.core.world import World
from factory_byok.reports.redaction import redacted
from tests.builders import a_model, a_server, a_snapshot, an_entry
from tests.core.test_serialization import values

HOME = Path("/home/zaphod.beeble")


def a_world(**changes: Any) -> World:
    """The machine of one user with names worth hiding."""
    given: dict[str, Any] = {
        "system": "linux",
        "home": HOME,
        "user_home": HOME,
        "cwd": HOME,
        "env": {"USER": "zaphod.beeble", "HOSTNAME": "heart-of-gold"},
        "host_name": "heart-of-gold.magrathea.example",
    }
    return World(**{**given, **changes})


def shown(text: str, **changes: Any) -> str:
    """A text as a report shows it."""
    entry = redacted(an_entry(name=text), a_world(**changes))
    return entry.name


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("/home/zaphod.beeble/.factory/config.json", "~/.factory/config.json"),
        ("file:///home/zaphod.beeble/x", "file://~/x"),
        ("%2Fhome%2Fzaphod.beeble%2Fx", "%2Fhome%2Fthe-user%2Fx"),
        ("ZAPHOD.BEEBLE was here", "the-user was here"),
        ("zaphod_7b and beeble's model", "the-user_7b and the-user's model"),
        ("http://heart-of-gold:11434/v1", "http://the-host:11434/v1"),
        ("heart-of-gold.magrathea.example", "the-host"),
        ("http://10.1.2.3:11434/v1", "http://private-address-1:11434/v1"),
        ("172.16.0.1 and 172.31.9.9", "private-address-1 and private-address-2"),
        ("192.168.1.5, again 192.168.1.5", "private-address-1, again private-address-1"),
        ("100.101.102.103 (Tailscale)", "private-address-1 (Tailscale)"),
        ("http://[fd12:3456:789a::1]:11434", "http://private-address-1:11434"),
        ("fe80::1ff:fe23:4567:890a%eth0", "private-address-1"),
        ("http://[::ffff:10.0.0.7]:80", "http://[::ffff:private-address-1]:80"),
        ("gpu-box.local and ci.corp.internal", "private-address-1 and private-address-2"),
        ("https://me:pass-1234567@gpu.example/v1", "https://<secret-1>@gpu.example/v1"),
        ("the server said: bad key sk-live-7Qm2xV9pLr4", "the server said: bad key <secret-1>"),
        ('{"api_key": "correct horse"}', '{"api_key": "<secret-1>"}'),
    ],
)
def test_names_addresses_and_secrets_leave(text: str, instead: str) -> None:
    assert shown(text) == instead


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:11434/v1",
        "http://[::1]:11434",
        "http://host.docker.internal:11434",
        "172.32.0.1, 11.0.0.1, 192.169.1.1 and 8.8.8.8",
        "/etc/factory/settings.local.json",
        "~/.local/share/byok",
        "qwen2.5-coder:32b-instruct-q4_K_M",
        "version 10.15.7 or 1.10.0.0.1",
        "face:b00c is no address, nor is sha256:fd12ab",
        "The key: it is not set",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert shown(text) == text


def test_a_short_name_is_found_between_other_signs_only() -> None:
    env = {"USER": "al"}
    world: dict[str, Any] = {"env": env, "home": Path("/home/al"), "user_home": Path("/home/al")}
    assert shown("al's local model, al_7b, /home/al/x, /home/alice", **world) == (
        "the-user's local model, the-user_7b, ~/x, /home/alice"
    )


def test_windows_paths_leave_in_every_spelling() -> None:
    home = Path(r"C:\Users\Trillian")
    texts = (r"C:\Users\Trillian\x", "c:/users/trillian/x", r"C:\\Users\\Trillian\\x")
    for text in texts:
        told = shown(text, home=home, user_home=home, env={"USERPROFILE": str(home)})
        assert "trillian" not in told.lower()
        assert told.startswith("~")


def test_an_account_that_is_nobodys_name_stays() -> None:
    root: dict[str, Any] = {"home": Path("/root"), "user_home": Path("/root")}
    told = shown("root runs /root/x on localhost", env={"USER": "root"}, host_name="", **root)
    assert told == "root runs ~/x on localhost"


@pytest.mark.parametrize("name", ["refused", "literal", "listed", "measured", "service", "apple"])
def test_a_user_called_like_a_word_of_byoks_gets_a_snapshot_that_can_be_read(name: str) -> None:
    world = a_world(env={"USER": name}, user_home=Path(f"/home/{name}"), host_name=name)
    snap = a_snapshot(
        entries=(an_entry(), an_entry(fate="dropped")),
        ollama=Unknown(f"{name} said no", "refused"),
    )
    again = redacted(snap, world)
    assert from_json(Snapshot, json.loads(json.dumps(to_json(again)))) == again
    assert again.entries[1].fate == "dropped"
    assert again.machine.gpus.keys() == snap.machine.gpus.keys()
    assert isinstance(again.ollama, Unknown)
    assert again.ollama.kind == "refused"
    assert name not in again.ollama.why


def test_two_private_servers_stay_two_and_keep_their_entries() -> None:
    first, second = "http://10.0.0.1:11434", "http://10.0.0.2:11434"
    entries = tuple(
        an_entry(id=f"custom:{at}", endpoint=each, base_url=f"{each}/v1")
        for at, each in enumerate((first, second))
    )
    servers: dict[str, Known[Server]] = {
        first: Known(a_server()),
        second: Known(a_server(a_model(name="other:7b"))),
    }
    snap = redacted(a_snapshot(entries=entries, servers=servers), a_world())
    assert len(snap.servers) == 2
    told = [snap.servers[each.endpoint] for each in snap.entries]
    assert told == [Known(a_server()), Known(a_server(a_model(name="other:7b")))]
    assert snap.entries[0].base_url == f"{snap.entries[0].endpoint}/v1"


def test_redacting_twice_changes_nothing_more() -> None:
    snap = a_snapshot(default_endpoint="http://10.0.0.1:11434", taken_at="zaphod.beeble")
    once = redacted(snap, a_world())
    assert redacted(once, a_world()) == once
    assert redacted(replace(snap, taken_at="now"), a_world()).default_endpoint.endswith(":11434")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(values(Snapshot))
def test_any_snapshot_keeps_its_shape(snap: Snapshot) -> None:
    told = redacted(snap, a_world())
    assert from_json(Snapshot, json.loads(json.dumps(to_json(told)))) == told


def test_a_user_called_like_a_provider_leaves_the_providers_name() -> None:
    world = replace(a_world(), env={"USER": "studio", "HOME": "/home/studio"})
    server = Server("lm-studio")
    assert redacted(server, world) == server
