"""Who is at an endpoint: by the name that the user gave, by its host, else by what it answers."""

from collections.abc import Collection
from types import ModuleType
from typing import Final

from factory_byok.core.addresses import Address, parse_address, root_of
from factory_byok.core.facts import Known, Reading, Server
from factory_byok.core.http import Deadline, Http
from factory_byok.providers import PROVIDERS, llama_cpp, lm_studio, vllm
from factory_byok.providers import openai_compatible as generic
from factory_byok.providers.ollama import probe as ollama

# Servers with questions of their own, beside the list of models.
_CURIOUS: Final[dict[str, ModuleType]] = {
    "lm-studio": lm_studio,
    "llama-cpp": llama_cpp,
    "vllm": vllm,
}
_HOSTED: Final[dict[str, Address]] = {
    name: root
    for name, module in PROVIDERS.items()
    if getattr(module, "HOSTED", False) and (root := parse_address(module.BASE_URL))
}


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    wanted: Collection[str] = (),
    *,
    provider: str = "",
    key: str = "",
    expected: bool = True,
) -> Reading[Server]:
    """Reads the server at an endpoint: its models, and what it tells of the wanted ones.

    `provider` is who should be there; `expected` says that it should be Ollama when that is not
    given. The key goes to the provider's own host over https and to nobody else.
    """
    service = service_at(endpoint)
    if service:
        own = PROVIDERS[service]
        root = str(root_of(own.BASE_URL))  # the entry's path may be wrong; base_url_wrong says it
        secret = key if provider == service else ""
        return generic.probe(http, root, deadline, own.LISTING, secret)
    if provider in _CURIOUS:
        return _local_servers(provider, http, endpoint, deadline, wanted)
    if provider not in ("", "ollama", generic.NAME):
        return generic.probe(http, endpoint, deadline, PROVIDERS[provider].LISTING)
    expected = expected and provider != generic.NAME
    found = ollama.probe(http, endpoint, deadline, wanted, expected=expected)
    if isinstance(found, Known) and found.value.provider in _CURIOUS:
        return _local_servers(found.value.provider, http, endpoint, deadline, wanted)
    return found


def service_at(endpoint: str) -> str:
    """The hosted provider whose own host an endpoint names, over https; "" for any other."""
    address = parse_address(endpoint)
    if address is None or address.scheme != "https" or address.port != 443:
        return ""
    return next((name for name, own in _HOSTED.items() if own.host == address.host), "")


def _local_servers(
    provider: str, http: Http, endpoint: str, deadline: Deadline, wanted: Collection[str]
) -> Reading[Server]:
    """A server that is asked more than its list of models."""
    reading: Reading[Server] = _CURIOUS[provider].probe(http, endpoint, deadline, wanted)
    return reading
