"""Any server that speaks OpenAI's protocol."""

from typing import Final

from factory_byok.providers.provider import Provider

PROVIDER: Final = Provider(
    name="openai-compatible",
    title="OpenAI-compatible server",
    base_url="http://localhost:8000/v1",
    key="not-needed",
    fixed=False,  # it has no usual address
)
