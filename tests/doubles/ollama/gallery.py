"""Ready-made models: those of the recordings, those of Factory's page, and made-up ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.doubles.ollama.models import Model

CLOUD_HOST = "https://ollama.com:443"
BYTES_PER_WEIGHT = 0.61  # Q4_K_M, about
SHAPES: Mapping[float, tuple[int, int, int, int]] = {
    # billions: layers, width, heads, key-value heads
    3.1: (36, 2048, 16, 2),
    7.6: (28, 3584, 28, 4),
    14.8: (48, 5120, 40, 8),
    30.5: (48, 2048, 32, 4),
    32.8: (64, 5120, 40, 8),
    70.6: (80, 8192, 64, 8),
}


def a_model(name: str, billions: float = 32.8, **changes: Any) -> Model:
    """Make up a model of that many billion parameters, able to call tools."""
    nearest = min(SHAPES, key=lambda known: abs(known - billions))
    layers, width, heads, groups = SHAPES[nearest]
    family = changes.pop("family", "qwen2")
    head = width // heads
    info = {
        "general.parameter_count": int(billions * 10**9),
        "general.file_type": 15,
        f"{family}.block_count": layers,
        f"{family}.attention.head_count": heads,
        f"{family}.attention.head_count_kv": groups,
        f"{family}.attention.key_length": head,
        f"{family}.attention.value_length": head,
        "tokenizer.ggml.model": "gpt2",
    }
    given: dict[str, Any] = {
        "size": int(billions * 10**9 * BYTES_PER_WEIGHT),
        "family": family,
        "parameters_shown": f"{billions:g}B",
        "quantization": "Q4_K_M",
        "longest_window": 32_768,
        "embedding_length": width,
        "capabilities": ("completion", "tools"),
        "info": info | dict(changes.pop("info", {})),
        "arrays": {"tokenizer.ggml.tokens": ["a", "b"], "tokenizer.ggml.merges": ["a b"]},
        "cache_per_token": 2 * 2 * layers * groups * head,
        "tensors": [{"name": "output_norm.weight", "type": "F32", "shape": [width]}],
    }
    return Model(name=name, **{**given, **changes})


def a_cloud_model(name: str = "qwen3-coder:480b-cloud", **changes: Any) -> Model:
    """Make up a cloud model, as it looks once it was pulled."""
    remote = name.removesuffix("-cloud").removesuffix(":cloud")
    given: dict[str, Any] = {
        "size": 384,
        "family": "",
        "parameters_shown": "",
        "quantization": "",
        "longest_window": 262_144,
        "embedding_length": 0,
        "template": "",
        "capabilities": ("completion", "tools"),
        "remote_host": CLOUD_HOST,
        "remote_model": remote,
    }
    return Model(name=name, **{**given, **changes})


_LLAMA_INFO = {
    "general.parameter_count": 134_515_008,
    "general.file_type": 3,
    "llama.block_count": 30,
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
    "llama.attention.layer_norm_rms_epsilon": 0.00001,
}
_GEMMA_INFO = {
    "general.parameter_count": 268_098_176,
    "general.file_type": 15,
    "gemma3.attention.head_count": 4,
    "gemma3.attention.head_count_kv": 1,
    "gemma3.attention.key_length": 256,
    "gemma3.attention.sliding_window": 512,
    "gemma3.attention.value_length": 256,
    "gemma3.block_count": 18,
}
_SMOLLM2_WEIGHTS = "c8bb24f1a7e10d9a2a9c1d1d75ae8b66e4a70f6ab8e0f9b8a4b9b6f3de1c2f55"
_TOOLS_TEMPLATE = "{{ if .Tools }}{{ .Tools }}{{ end }}" + Model("x").template

_JINJA = "{%- for message in messages %}{{- message.role + message.content }}{%- endfor %}"


def _smollm2(name: str, **changes: Any) -> Model:
    return Model(name=name, **{"info": _LLAMA_INFO, "blob": _SMOLLM2_WEIGHTS, **changes})


GALLERY: Mapping[str, Model] = {
    model.name: model
    for model in (
        _smollm2("smollm2"),
        _smollm2("smollm2-2k", parameters={"num_ctx": 2048}),
        _smollm2("smollm2-tools", capabilities=("completion", "tools"), template=_TOOLS_TEMPLATE),
        _smollm2(
            "smollm2-native-tools",
            capabilities=("tools", "completion"),
            listed_capabilities=("completion",),
            route="native",
            template=_JINJA,
            blob="",
        ),
        _smollm2("smollm2-think", capabilities=("completion", "thinking")),
        Model(
            "gemma3-270m",
            size=253_113_180,
            family="gemma3",
            parameters_shown="268.10M",
            quantization="Q4_K_M",
            longest_window=32_768,
            embedding_length=640,
            template="{{ .Prompt }}",
            begins_with_bos=True,
            info=_GEMMA_INFO,
            cache_per_token=3277,
        ),
        a_model("qwen2.5-coder:7b", 7.6),
        a_model("qwen2.5-coder:32b", 32.8),
        a_model("qwen3-coder:30b", 30.5, family="qwen3moe", longest_window=262_144),
        a_model("llama3.3:70b", 70.6, family="llama", longest_window=131_072),
        a_cloud_model(),
    )
}
