"""Who is at an endpoint: by the name that the user gave, by its host, else by what it answers."""

from collections.abc import Collection
from typing import Final

from factory_byok.core.addresses import root_of
from factory_byok.core.facts import Known, Reading, Server
from factory_byok.core.http import Deadline, Http
from factory_byok.providers import PROVIDERS, listed_models
from factory_byok.providers.hosted import service_at
from factory_byok.providers.ollama import probe as ollama
from factory_byok.providers.openai_compatible import PROVIDER as ANY

# Servers that are known by their list and then asked as what they are.
RECOGNISED: Final = ("lm-studio", "llama-cpp", "vllm")


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
        root = str(root_of(own.base_url))  # the entry's path may be wrong; base_url_wrong says it
        secret = key if provider == service else ""
        return listed_models.probe(http, root, deadline, own, key=secret)
    if provider not in ("", "ollama", ANY.name):
        return listed_models.probe(http, endpoint, deadline, PROVIDERS[provider])
    expected = expected and provider != ANY.name
    found = ollama.probe(http, endpoint, deadline, wanted, expected=expected)
    if isinstance(found, Known) and found.value.provider in RECOGNISED:
        own = PROVIDERS[found.value.provider]
        return listed_models.probe(http, endpoint, deadline, own)
    return found
