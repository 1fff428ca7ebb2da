"""What every kind of local server says of itself before it is asked."""

import pytest

from factory_byok.droid.field_names import DIALECTS
from factory_byok.providers import LOCAL, PROVIDERS
from factory_byok.providers.provider import Provider
from tests.doubles.services import LISTS


@pytest.mark.parametrize("provider", [module.PROVIDER for module in LOCAL], ids=lambda p: p.name)
def test_every_local_server_says_what_an_entry_needs(provider: Provider) -> None:
    assert PROVIDERS[provider.name] is provider
    assert provider.dialect in DIALECTS
    assert provider.key
    assert not provider.hosted
    assert all(model and output > 0 for model, output in provider.examples)


def test_every_provider_with_a_list_has_a_documented_one() -> None:
    assert set(LISTS) == set(PROVIDERS) - {"ollama", "llama-cpp", "openai-compatible"}
