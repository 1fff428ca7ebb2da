"""tools_unsupported fires when the server tells capabilities without `tools`."""

import pytest

from factory_byok.core.facts import Known, NotKnown, Unknown
from factory_byok.diagnosis.checks.tools_unsupported import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot


def test_a_model_without_tools_is_an_error() -> None:
    model = a_model(capabilities=Known(("completion",)))
    (finding,) = check(a_snapshot(servers={ENDPOINT: Known(a_server(model))}))
    assert finding.level == "error"


def test_a_model_with_tools_is_silent() -> None:
    assert list(check(a_snapshot())) == []


def test_capabilities_that_ollama_does_not_tell_skip_the_check() -> None:
    model = a_model(capabilities=Unknown("this Ollama does not tell capabilities"))
    with pytest.raises(NotKnown):
        list(check(a_snapshot(servers={ENDPOINT: Known(a_server(model))})))


def test_another_server_that_never_tells_capabilities_is_silent() -> None:
    model = a_model(capabilities=Unknown("not told"))
    server = a_server(model, provider="openai-compatible")
    assert list(check(a_snapshot(servers={ENDPOINT: Known(server)}))) == []
