"""The public services that droid can use: where they are, which key they want, how they list.

Addresses, key variables and forms of the lists are those of the services' own documentation;
example models and output limits are those of Factory's pages (docs.factory.ai/cli/byok).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Json, Model
from factory_byok.core.json_fields import as_object, count, texts, word
from factory_byok.providers.provider import Listing, Provider, Rows, capabilities, parse_row, tokens


def anthropic_headers(key: str) -> dict[str, str]:
    """How Anthropic takes a key; it wants a version in every request."""
    version = {"anthropic-version": "2023-06-01"}
    return {**version, "x-api-key": key} if key else version


def _telling(window: str, output: str, under: str = "") -> Rows:
    """Rows that tell their windows and longest outputs by these names, perhaps in an object."""

    def rows(row: Mapping[str, Json]) -> Iterator[Model]:
        about = as_object(row, under) if under else row
        most = tokens(count(about, window))
        for model in parse_row(row):
            longest = tokens(count(about, output))
            yield replace(model, longest_window=most, told_window=most, longest_output=longest)

    return rows


def google_headers(key: str) -> dict[str, str]:
    """How Google's own list takes a key."""
    return {"x-goog-api-key": key} if key else {}


def _google_row(row: Mapping[str, Json]) -> Iterator[Model]:
    """A row of `/v1beta/models`, Google's own list; only those that can chat."""
    name = word(row, "name").removeprefix("models/")
    if not name or "generateContent" not in (texts(row, "supportedGenerationMethods") or ()):
        return
    window = tokens(count(row, "inputTokenLimit"))
    output = tokens(count(row, "outputTokenLimit"))
    yield Model(name=name, longest_window=window, told_window=window, longest_output=output)


def _huggingface_row(row: Mapping[str, Json]) -> Iterator[Model]:
    """A model, and once more for each service that has it (`NAME:service`).

    Which service answers the bare name is the router's choice, so it has the smallest window.
    """
    listed = row.get("providers")
    each_service = [as_object(one) for one in listed] if isinstance(listed, list) else []
    live = [one for one in each_service if word(one, "provider") and word(one, "status") != "error"]
    windows = [window for each in live if (window := count(each, "context_length"))]
    smallest = tokens(min(windows, default=None))
    for model in parse_row(row):
        yield replace(model, longest_window=smallest, told_window=smallest)
        for each in live:
            own = tokens(count(each, "context_length"))
            yield replace(
                model,
                name=f"{model.name}:{word(each, 'provider')}",
                capabilities=capabilities(each),
                longest_window=own,
                told_window=own,
            )


SERVICES: Final[tuple[Provider, ...]] = (
    Provider(  # openrouter.ai/docs
        name="openrouter",
        title="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        key_variable="OPENROUTER_API_KEY",
        key_page="https://openrouter.ai/keys",
        examples=(("openai/gpt-oss-20b", 32_000),),
        listings=(Listing(whole=True),),  # "all models available on OpenRouter"
        # Its model variants; `:free` and others with a price of their own are in the list.
        suffixes=("nitro", "floor", "online", "exacto"),
    ),
    Provider(  # docs.fireworks.ai; its models' ids begin with their account
        name="fireworks",
        title="Fireworks",
        base_url="https://api.fireworks.ai/inference/v1",
        key_variable="FIREWORKS_API_KEY",
        key_page="https://app.fireworks.ai/settings/users/api-keys",
        examples=(
            ("accounts/fireworks/models/glm-4p5", 16_384),
            ("accounts/fireworks/models/deepseek-v3p1-terminus", 20_480),
        ),
    ),
    Provider(  # docs.baseten.co, Model APIs; deployments of one's own have other addresses
        name="baseten",
        title="Baseten",
        base_url="https://inference.baseten.co/v1",
        key_variable="BASETEN_API_KEY",
        key_page="https://app.baseten.co/settings/api_keys",
        examples=(("Qwen/Qwen3-Coder-480B-A35B-Instruct", 8_192),),
    ),
    Provider(  # docs.deepinfra.com: under `/v1/openai`, without a further `/v1`
        name="deepinfra",
        title="DeepInfra",
        base_url="https://api.deepinfra.com/v1/openai",
        key_variable="DEEPINFRA_API_KEY",
        key_page="https://deepinfra.com/dash/api_keys",
        also=("DEEPINFRA_TOKEN",),  # what its own pages call it
        examples=(
            ("zai-org/GLM-4.7", 16_384),
            ("deepseek-ai/DeepSeek-V3.1-Terminus", 16_384),
            ("moonshotai/Kimi-K2-Instruct-0905", 32_768),
            ("Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo", 32_768),
        ),
        # null for some models
        listings=(Listing("/models", rows=_telling("context_length", "max_tokens", "metadata")),),
    ),
    Provider(  # huggingface.co/docs/inference-providers: a router to other services
        name="huggingface",
        title="Hugging Face",
        base_url="https://router.huggingface.co/v1",
        key_variable="HF_TOKEN",
        key_page="https://huggingface.co/settings/tokens",
        examples=(
            ("openai/gpt-oss-120b:fireworks-ai", 32_768),
            ("meta-llama/Llama-4-Scout-17B-16E-Instruct:fireworks-ai", 16_384),
        ),
        listings=(Listing(rows=_huggingface_row),),
        # Policies by which the router chooses among the services of a model.
        suffixes=("fastest", "cheapest", "preferred"),
    ),
    Provider(  # console.groq.com/docs
        name="groq",
        title="Groq",
        base_url="https://api.groq.com/openai/v1",
        key_variable="GROQ_API_KEY",
        key_page="https://console.groq.com/keys",
        examples=(
            ("moonshotai/kimi-k2-instruct-0905", 16_384),
            ("openai/gpt-oss-120b", 65_536),
        ),
    ),
    # ai.google.dev/gemini-api/docs/openai. Factory's page leaves out `openai`, as Google's first
    # announcement of November 2024 did, so that droid posts to `/v1beta/chat/completions`.
    Provider(
        name="google-gemini",
        title="Google Gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        key_variable="GEMINI_API_KEY",
        key_page="https://aistudio.google.com/apikey",
        also=("GOOGLE_API_KEY",),  # Google's own libraries read both
        examples=(("gemini-2.5-pro", 32_000),),
        # A thousand rows are its largest page; OpenAI's form of the list tells no windows.
        listings=(
            Listing("/models?pageSize=1000", "/openai", "models", _google_row, google_headers),
        ),
    ),
    Provider(  # docs.ollama.com/cloud: asked directly, without a server of one's own in between
        name="ollama-cloud",
        title="Ollama Cloud",
        base_url="https://ollama.com/v1",
        key_variable="OLLAMA_API_KEY",
        key_page="https://ollama.com/settings/keys",
        examples=(("qwen3-coder:480b", 128_000),),
    ),
    Provider(  # platform.openai.com/docs; droid asks it by the Responses API
        name="openai",
        title="OpenAI",
        base_url="https://api.openai.com/v1",
        dialect="openai",
        key_variable="OPENAI_API_KEY",
        key_page="https://platform.openai.com/api-keys",
        examples=(("gpt-5-codex", 16_384),),
    ),
    Provider(  # platform.claude.com/docs; droid adds `/v1/messages` to its root
        name="anthropic",
        title="Anthropic",
        base_url="https://api.anthropic.com",
        dialect="anthropic",
        key_variable="ANTHROPIC_API_KEY",
        key_page="https://console.anthropic.com/settings/keys",
        examples=(("claude-sonnet-4-5-20250929", 8_192),),
        # A thousand rows are its largest page; the newer ones tell windows.
        listings=(
            Listing(
                "/v1/models?limit=1000",
                rows=_telling("max_input_tokens", "max_tokens"),
                headers=anthropic_headers,
            ),
        ),
    ),
)
# Hosts that a service has given up. Hugging Face's pages send users of the old one to the router.
RETIRED: Final = {"api-inference.huggingface.co": "router.huggingface.co"}
# Addresses that may answer although their service does not document them (not tried): Google's
# announcement of November 2024 and Factory's page leave out `openai`.
UNDOCUMENTED: Final = (
    "https://generativelanguage.googleapis.com/v1beta",
    "https://api.deepinfra.com/v1",
)
# Services whose chat stands at the root of their host, so that no `/v1` is missing: their
# documentation (DeepSeek, Perplexity, Azure AI inference, GitHub Copilot).
AT_ROOT: Final = (
    "api.deepseek.com", "api.perplexity.ai", "models.inference.ai.azure.com",
    "api.githubcopilot.com",
)  # fmt: skip
HOSTED: Final = frozenset(service.name for service in SERVICES)
_BY_HOST: Final = {urlsplit(service.base_url).hostname or "": service for service in SERVICES}


def with_a_key(env: Mapping[str, str]) -> tuple[str, ...]:
    """The services whose key is in a variable."""
    return tuple(
        each.name
        for each in SERVICES
        if any(env.get(name, "").strip() for name in (each.key_variable, *each.also))
    )


def service_of(host: str) -> Provider | None:
    """The service behind a host, also behind one that it has given up."""
    return _BY_HOST.get(RETIRED.get(host, host))


def service_at(endpoint: str) -> str:
    """The hosted provider whose own host an endpoint names, over https; "" for any other."""
    address = parse_address(endpoint)
    if address is None or (address.scheme, address.port) != ("https", 443):
        return ""
    service = _BY_HOST.get(address.host)
    return service.name if service else ""
