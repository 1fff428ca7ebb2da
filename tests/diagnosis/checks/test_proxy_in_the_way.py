"""The check proxy_in_the_way; the table is what droid 0.225.2 was measured to do."""

import pytest

from factory_byok.core.addresses import root_of
from factory_byok.diagnosis.checks.proxy_in_the_way import check
from factory_byok.droid.proxies import proxy_for
from tests.builders import a_machine, a_snapshot, an_entry

PROXY = "http://127.0.0.1:3128"
LOCAL, FOUR, SIX = "http://localhost:11434/v1", "http://127.0.0.1:11434/v1", "http://[::1]:11434/v1"
LAB, TEN = "http://gpu.lab:11434/v1", "http://10.0.0.5:11434/v1"
MEASURED = [  # base URL, variables, whether the proxy got the request
    (LOCAL, {}, False),
    (LOCAL, {"HTTP_PROXY": PROXY}, True),
    (LOCAL, {"http_proxy": PROXY}, True),
    (LOCAL, {"HTTP_PROXY": "127.0.0.1:3128"}, True),
    (LOCAL, {"HTTP_PROXY": ""}, False),
    (LOCAL, {"HTTP_PROXY": "", "http_proxy": PROXY}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "http_proxy": ""}, True),
    (LOCAL, {"ALL_PROXY": PROXY}, False),
    (LOCAL, {"all_proxy": PROXY}, False),
    (LOCAL, {"HTTPS_PROXY": PROXY}, False),
    ("https://localhost:11434/v1", {"HTTPS_PROXY": PROXY}, True),
    ("https://localhost:11434/v1", {"HTTP_PROXY": PROXY}, False),
    (FOUR, {"HTTP_PROXY": PROXY}, True),
    (SIX, {"HTTP_PROXY": PROXY}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "no_proxy": "localhost"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "LOCALHOST"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": ".localhost"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "*"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "foo,*"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost:11434"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost:80"}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "http://localhost"}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1"}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "example.com, localhost"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "example.com localhost"}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "", "no_proxy": "localhost"}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost", "no_proxy": ""}, False),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost", "no_proxy": "x"}, True),
    (LOCAL, {"HTTP_PROXY": PROXY, "NO_PROXY": "x", "no_proxy": "localhost"}, False),
    (FOUR, {"HTTP_PROXY": PROXY, "NO_PROXY": "localhost"}, True),
    (FOUR, {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1"}, False),
    (FOUR, {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.0/8"}, True),
    (FOUR, {"HTTP_PROXY": PROXY, "NO_PROXY": "127."}, True),
    (SIX, {"HTTP_PROXY": PROXY, "NO_PROXY": "::1"}, True),
    (SIX, {"HTTP_PROXY": PROXY, "NO_PROXY": "[::1]"}, False),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": "lab"}, False),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": ".lab"}, False),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": "*.lab"}, True),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": ".gpu.lab"}, False),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": "u.lab"}, True),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": "gpu.lab:11434"}, False),
    (LAB, {"HTTP_PROXY": PROXY, "NO_PROXY": ".lab:11434"}, True),
    ("http://gpu.lab/v1", {"HTTP_PROXY": PROXY, "NO_PROXY": "gpu.lab:80"}, True),
    (TEN, {"HTTP_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}, True),
    (TEN, {"HTTP_PROXY": PROXY, "NO_PROXY": "10.0.0.5"}, False),
]


@pytest.mark.parametrize(("base_url", "env", "captured"), MEASURED)
def test_the_proxy_is_told_as_droid_was_measured(
    base_url: str, env: dict[str, str], captured: bool
) -> None:
    address = root_of(base_url)
    assert address is not None
    assert bool(proxy_for(address, env)) is captured


def test_a_captured_server_is_a_warning_with_what_to_except() -> None:
    env = {"HTTP_PROXY": PROXY, "NO_PROXY": "example.com"}
    (finding,) = check(a_snapshot(environment=env))
    assert finding.level == "warning"
    assert "`HTTP_PROXY`" in finding.message
    assert "export NO_PROXY=example.com,localhost" in finding.remedy.text


def test_windows_is_told_to_setx_and_a_range_is_named_as_not_understood() -> None:
    env = {"HTTP_PROXY": PROXY, "no_proxy": "127.0.0.0/8"}
    snap = a_snapshot(
        machine=a_machine(system="windows"), entries=(an_entry(base_url=FOUR),), environment=env
    )
    (finding,) = check(snap)
    assert "127.0.0.0/8" in finding.message
    assert "setx no_proxy 127.0.0.0/8,127.0.0.1" in finding.remedy.text


def test_a_hosted_service_behind_the_proxy_is_silent() -> None:
    entry = an_entry(base_url="https://openrouter.ai/api/v1")
    assert not list(check(a_snapshot(entries=(entry,), environment={"HTTPS_PROXY": PROXY})))
    assert not list(check(a_snapshot()))
