"""What public services and local servers answer when they are asked for their models.

llama.cpp's is captured (xllamacpp 2026.10). All others are documented, not captured: the shapes and
fields are those of the pages named beside them, the values are made up where a page shows none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listed:
    """A provider's list: its path behind the server's root, its body, and a model that it offers.

    `header` is how it takes a key for the list, "" when it tells it to everybody.
    """

    path: str
    body: Any
    model: str
    header: str = ""


def _rows(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(rows)}


def _row(name: str, /, **more: Any) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_754_000_000, "owned_by": "system", **more}


# lmstudio.ai/docs, REST API v0 (`GET /api/v0/models`); `loaded_context_length` and `capabilities`
# stand there since 0.3.x.
LM_STUDIO = _rows(
    {
        "id": "google/gemma-4-e4b",
        "object": "model",
        "type": "vlm",
        "publisher": "google",
        "arch": "gemma4",
        "compatibility_type": "gguf",
        "quantization": "Q4_K_M",
        "state": "loaded",
        "max_context_length": 131072,
        "loaded_context_length": 4096,
        "capabilities": ["tool_use"],
    },
    {
        "id": "meta-llama-3.1-8b-instruct",
        "object": "model",
        "type": "llm",
        "publisher": "lmstudio-community",
        "arch": "llama",
        "compatibility_type": "gguf",
        "quantization": "Q4_K_M",
        "state": "not-loaded",
        "max_context_length": 131072,
    },
    {
        "id": "text-embedding-nomic-embed-text-v1.5",
        "object": "model",
        "type": "embeddings",
        "state": "not-loaded",
        "max_context_length": 2048,
    },
)
# docs.vllm.ai, OpenAI-compatible server (`ModelCard`).
VLLM = _rows(
    _row(
        "Qwen/Qwen3-Coder-30B-A3B-Instruct",
        owned_by="vllm",
        root="Qwen/Qwen3-Coder-30B-A3B-Instruct",
        parent=None,
        max_model_len=65536,
        permission=[],
    )
)
# openrouter.ai/docs, `GET /api/v1/models`.
OPENROUTER = _rows(
    {
        "id": "openai/gpt-oss-20b",
        "canonical_slug": "openai/gpt-oss-20b",
        "name": "OpenAI: gpt-oss-20b",
        "created": 1_754_000_000,
        "context_length": 131072,
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": "0.00000004", "completion": "0.00000015"},
        "top_provider": {
            "context_length": 131072,
            "max_completion_tokens": 32768,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "temperature", "tools", "tool_choice"],
    },
    {
        "id": "some/small-model-70b",
        "context_length": 16384,
        "top_provider": {"context_length": 16384, "max_completion_tokens": None},
        "supported_parameters": ["max_tokens"],
    },
)
# docs.fireworks.ai, `GET /inference/v1/models`.
FIREWORKS = _rows(
    _row(
        "accounts/fireworks/models/glm-4p5",
        owned_by="fireworks",
        kind="HF_BASE_MODEL",
        supports_chat=True,
        supports_image_input=False,
        supports_tools=True,
        context_length=131072,
    )
)
# docs.baseten.co, inference API, models.
BASETEN = _rows(
    _row(
        "Qwen/Qwen3-Coder-480B-A35B-Instruct",
        owned_by="Baseten",
        name="Qwen3 Coder 480B",
        context_length=262144,
        max_completion_tokens=262144,
        supported_features=["tools", "json_mode", "structured_outputs"],
    )
)
# deepinfra.com/docs, `GET /v1/openai/models`; `metadata` is null for some models.
DEEPINFRA = _rows(
    _row(
        "zai-org/GLM-4.7",
        owned_by="deepinfra",
        root="zai-org/GLM-4.7",
        parent=None,
        metadata={
            "description": "A model",
            "context_length": 202752,
            "max_tokens": 16384,
            "pricing": {"input_tokens": 0.4, "output_tokens": 1.75},
            "tags": ["chat"],
        },
    ),
    _row("some/model-70b", owned_by="deepinfra", metadata=None),
)
# huggingface.co/docs/inference-providers, `GET /v1/models` of the router.
HUGGINGFACE = _rows(
    _row(
        "openai/gpt-oss-120b",
        owned_by="openai",
        architecture={"input_modalities": ["text"], "output_modalities": ["text"]},
        providers=[
            {
                "provider": "fireworks-ai",
                "status": "live",
                "context_length": 131072,
                "supports_tools": True,
                "supports_structured_output": False,
            },
            {
                "provider": "tiny",
                "status": "live",
                "context_length": 8192,
                "supports_tools": False,
            },
            {"provider": "silent", "status": "live"},
            {"provider": "broken", "status": "error", "context_length": 64},
        ],
    )
)
# console.groq.com/docs/api-reference, `GET /openai/v1/models`.
GROQ = _rows(
    _row(
        "moonshotai/kimi-k2-instruct-0905",
        owned_by="Moonshot AI",
        active=True,
        context_window=262144,
        public_apps=None,
        max_completion_tokens=16384,
    )
)
# ai.google.dev/api/models, `GET /v1beta/models`.
GOOGLE_GEMINI = {
    "models": [
        {
            "name": "models/gemini-2.5-pro",
            "version": "2.5",
            "displayName": "Gemini 2.5 Pro",
            "inputTokenLimit": 1048576,
            "outputTokenLimit": 65536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        },
        {
            "name": "models/embedding-001",
            "inputTokenLimit": 2048,
            "outputTokenLimit": 1,
            "supportedGenerationMethods": ["embedContent"],
        },
    ]
}
# platform.openai.com/docs/api-reference/models/list.
OPENAI = _rows(_row("gpt-5-codex"), _row("text-embedding-3-small", owned_by="openai-internal"))
# platform.claude.com/docs/en/api/models/list.
ANTHROPIC = {
    "data": [
        {
            "id": "claude-sonnet-4-5-20250929",
            "type": "model",
            "display_name": "Claude Sonnet 4.5",
            "created_at": "2025-09-29T00:00:00Z",
            "max_input_tokens": 200000,
            "max_tokens": 64000,
        }
    ],
    "has_more": False,
    "first_id": "claude-sonnet-4-5-20250929",
    "last_id": "claude-sonnet-4-5-20250929",
}

# docs.ollama.com/cloud: the server's own form of the list (openai/openai.go).
OLLAMA_CLOUD = _rows(_row("qwen3-coder:480b", owned_by="library"))

BEARER = "authorization"
LISTS = {
    "lm-studio": Listed("/api/v0/models", LM_STUDIO, "google/gemma-4-e4b"),
    "vllm": Listed("/v1/models", VLLM, "Qwen/Qwen3-Coder-30B-A3B-Instruct"),
    "openrouter": Listed("/api/v1/models", OPENROUTER, "openai/gpt-oss-20b"),
    "fireworks": Listed(
        "/inference/v1/models", FIREWORKS, "accounts/fireworks/models/glm-4p5", BEARER
    ),
    "baseten": Listed("/v1/models", BASETEN, "Qwen/Qwen3-Coder-480B-A35B-Instruct", BEARER),
    "deepinfra": Listed("/v1/openai/models", DEEPINFRA, "zai-org/GLM-4.7"),
    "huggingface": Listed("/v1/models", HUGGINGFACE, "openai/gpt-oss-120b:fireworks-ai"),
    "ollama-cloud": Listed("/v1/models", OLLAMA_CLOUD, "qwen3-coder:480b"),
    "groq": Listed("/openai/v1/models", GROQ, "moonshotai/kimi-k2-instruct-0905", BEARER),
    "google-gemini": Listed("/v1beta/models", GOOGLE_GEMINI, "gemini-2.5-pro", "x-goog-api-key"),
    "openai": Listed("/v1/models", OPENAI, "gpt-5-codex", BEARER),
    "anthropic": Listed("/v1/models", ANTHROPIC, "claude-sonnet-4-5-20250929", "x-api-key"),
}
