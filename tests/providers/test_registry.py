"""What every provider's file says, and that byok's other tables agree with it."""

from types import ModuleType
from urllib.parse import urlsplit

import pytest

from factory_byok.droid.field_names import DIALECTS
from factory_byok.providers import PROVIDERS
from factory_byok.providers.hosted import HOSTED, SERVICES
from tests.doubles.services import LISTS

OWN = {name: module for name, module in PROVIDERS.items() if name != "ollama"}


@pytest.mark.parametrize("name", OWN)
def test_every_provider_says_what_an_entry_needs(name: str) -> None:
    module = OWN[name]
    assert module.LISTING.provider == name
    assert module.DIALECT in DIALECTS
    assert bool(module.KEY) != module.HOSTED
    assert bool(module.KEY_VARIABLE) == module.HOSTED
    assert all(model and output > 0 for model, output in module.EXAMPLES)


def _hosted() -> dict[str, ModuleType]:
    return {name: module for name, module in OWN.items() if module.HOSTED}


def test_the_table_of_services_agrees_with_the_providers() -> None:
    assert set(_hosted()) == HOSTED
    for host, service in SERVICES.items():
        module = _hosted()[service.provider]
        assert urlsplit(module.BASE_URL).hostname == host
        assert (service.title, service.base_url, service.dialect) == (
            module.TITLE,
            module.BASE_URL,
            module.DIALECT,
        )


def test_every_provider_with_a_list_has_a_documented_one() -> None:
    assert set(LISTS) == set(OWN) - {"llama-cpp", "openai-compatible"}
