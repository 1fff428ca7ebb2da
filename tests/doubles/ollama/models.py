"""The models of the double, and how `/api/tags` and `/api/show` describe them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.doubles.ollama.script import Script
from tests.doubles.ollama.versions import Version

GO_TEMPLATE = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
STORE = "/usr/share/ollama/.ollama/models"


@dataclass(frozen=True)
class Model:
    """One installed model.

    `capabilities` is what show says, `listed_capabilities` what tags says where that differs.
    `route` is how an over-long prompt is treated: cut silently, or refused (jinja templates).
    `blob` is the digest of the weights: models that share it share one runner.
    """

    name: str
    size: int = 98_362_745
    family: str = "llama"
    parameters_shown: str = "134.52M"
    quantization: str = "Q4_1"
    longest_window: int = 8192
    embedding_length: int = 576
    capabilities: tuple[str, ...] = ("completion",)
    listed_capabilities: tuple[str, ...] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    template: str = GO_TEMPLATE
    system: str = ""
    license: str = ""
    messages: Sequence[Mapping[str, str]] = ()
    route: Literal["rendered", "native"] = "rendered"
    shifts: bool = True
    begins_with_bos: bool = False
    info: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Any] = field(default_factory=dict)
    tensors: Sequence[Mapping[str, Any]] = ()
    parent: str = ""
    digest: str = ""
    blob: str = ""
    modified_at: str = "2026-11-23T02:15:24.766825785Z"
    remote_host: str = ""
    remote_model: str = ""
    requires: str = ""
    broken: str = ""
    cache_per_token: int = 24_064
    script: Script = field(default_factory=Script)

    @property
    def canonical(self) -> str:
        """The name with its tag."""
        return canonical(self.name)

    @property
    def weights(self) -> str:
        """The digest of the weights, made from the name where none is given."""
        return self.blob or _digest(f"weights of {self.canonical}")

    @property
    def manifest(self) -> str:
        """The digest that tags and ps show."""
        return self.digest or _digest(f"manifest of {self.canonical} {sorted(self.parameters)}")

    def with_parameters(self, name: str, parameters: Mapping[str, Any]) -> Model:
        """Derive a model as `/api/create` does: the same weights under another manifest."""
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        return replace(
            self,
            name=canonical(name),
            parameters={**self.parameters, **parameters},
            parent=self.name,
            digest=_digest(f"{name} {sorted(parameters.items())}"),
            blob=self.weights,
            modified_at=stamp,
            size=self.size + 15,
        )


def canonical(name: str) -> str:
    """Add the tag `latest` to a name without one."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def details(model: Model) -> dict[str, Any]:
    """The `details` that tags, ps and show have in common."""
    return {
        "parent_model": model.parent,
        "format": "" if model.remote_host else "gguf",
        "family": model.family,
        "families": [model.family] if model.family else None,
        "parameter_size": model.parameters_shown,
        "quantization_level": model.quantization,
    }


def listed(model: Model, version: Version) -> dict[str, Any]:
    """One item of `/api/tags`."""
    item: dict[str, Any] = {"name": model.canonical, "model": model.canonical}
    if model.remote_host:
        item |= {"remote_model": model.remote_model, "remote_host": model.remote_host}
    item |= {
        "modified_at": model.modified_at,
        "size": model.size,
        "digest": model.manifest,
        "details": details(model),
    }
    if version.lists_capabilities:
        sizes = {
            "context_length": model.longest_window,
            "embedding_length": model.embedding_length,
        }
        item["details"] |= {key: value for key, value in sizes.items() if value}
        item["capabilities"] = list(model.listed_capabilities or model.capabilities)
    return item


def shown(model: Model, *, verbose: bool, store: str = STORE) -> dict[str, Any]:
    """The body of `/api/show`; empty texts are left out, arrays are null unless verbose."""
    body: dict[str, Any] = {
        "license": model.license,
        "modelfile": "" if model.remote_host else modelfile(model, store),
        "parameters": parameter_lines(model.parameters),
        "template": model.template,
        "system": model.system,
        "details": details(model),
        "messages": [dict(message) for message in model.messages],
        "remote_model": model.remote_model,
        "remote_host": model.remote_host,
        "model_info": _model_info(model, verbose=verbose),
        "tensors": [dict(tensor) for tensor in model.tensors],
        "capabilities": list(model.capabilities),
        "modified_at": model.modified_at,
        "requires": model.requires,
    }
    return {key: value for key, value in body.items() if value}


def _model_info(model: Model, *, verbose: bool) -> dict[str, Any]:
    default = {
        "general.architecture": model.family,
        f"{model.family}.context_length": model.longest_window,
        f"{model.family}.embedding_length": model.embedding_length,
    }
    arrays = dict(model.arrays) if verbose else dict.fromkeys(model.arrays)
    return dict(sorted({**default, **model.info, **arrays}.items()))


def _pairs(parameters: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in sorted(parameters.items()):
        rows += [(key, one) for one in (value if isinstance(value, list) else [value])]
    return rows


def parameter_lines(parameters: Mapping[str, Any]) -> str:
    """Write the parameters as show does: a column of thirty, then the value."""
    return "\n".join(f"{key:<30} {_go_value(value)}" for key, value in _pairs(parameters))


def _go_value(value: Any) -> str:
    """Write a value as Go prints it: numbers from a million up get an exponent."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    number = str(int(value))
    digits = number.lstrip("-")
    if len(digits) < 7:
        return number
    sign, kept = "-" if value < 0 else "", digits.rstrip("0")
    point = f".{kept[1:]}" if kept[1:] else ""
    return f"{sign}{kept[0]}{point}e+{len(digits) - 1:02d}"


def modelfile(model: Model, store: str = STORE) -> str:
    """Write the Modelfile that would make this model again."""
    rows = [
        '# Modelfile generated by "ollama show"',
        "# To build a new Modelfile based on this, replace FROM with:",
        f"# FROM {model.canonical}",
        "",
        f"FROM {store}/blobs/sha256-{model.weights}",
        # A jinja template stays in the weights: the Modelfile only has the default one.
        f"TEMPLATE {'{{ .Prompt }}' if model.route == 'native' else _quoted(model.template)}",
    ]
    if model.system:
        rows.append(f"SYSTEM {_quoted(model.system)}")
    for key, value in _pairs(model.parameters):
        rows.append(f"PARAMETER {key} {_quoted(value) if isinstance(value, str) else value}")
    rows += [f"MESSAGE {one['role']} {_quoted(one['content'])}" for one in model.messages]
    return "\n".join([*rows, ""])


def _quoted(text: str) -> str:
    if "\n" not in text and text == text.strip(" "):
        return text
    return f'"""{text}"""' if '"' in text else f'"{text}"'
