"""The state in which each recording was made, for the double to be put into."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.ollama import Model, Registry, Script
from tests.doubles.recordings import Recording, recordings, scenarios

VERSION = "0.33.0-rc2"
ENVIRONMENTS = {
    "01": {},
    "02": {"OLLAMA_NO_CLOUD": "1"},
    "03": {"OLLAMA_MODELS": "/srv/models/one"},
    "05": {"OLLAMA_CONTEXT_LENGTH": "32000", "OLLAMA_MODELS": "/srv/models/one"},
    "07": {"OLLAMA_CONTEXT_LENGTH": "131072", "OLLAMA_MODELS": "/srv/models/one"},
    "10": {"OLLAMA_CONTEXT_LENGTH": "32000", "OLLAMA_MODELS": "/srv/models/all"},
    "11": {"OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_MODELS": "/srv/models/all"},
    "13": {"OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_MODELS": "/srv/models/all"},
    "14": {"OLLAMA_MODELS": "/srv/models/pulltest"},
    "20": {"OLLAMA_MODELS": "/srv/models/all"},
    "30": {"OLLAMA_CONTEXT_LENGTH": "8192"},
    "32": {"OLLAMA_CONTEXT_LENGTH": "4096", "OLLAMA_NUM_PARALLEL": "4"},
    "33": {"OLLAMA_CONTEXT_LENGTH": "4096", "OLLAMA_KEEP_ALIVE": "-1"},
    "34": {"OLLAMA_CONTEXT_LENGTH": "4096", "OLLAMA_MODELS": "/srv/models/bad"},
}
DAMAGED = 'tensor "token_embd.weight" offset+size (31868992) exceeds file size (30000000)'


def installed(scenario: str) -> list[Model]:
    """The models that a scenario's server had."""
    known = {model.canonical: model for model in _all_models()}
    match scenario[:2]:
        case "01" | "02" | "14":
            return []
        case "03" | "05" | "07":
            return [_like(known["gemma3-270m:latest"], "03")]
        case "34":
            damaged = dataclasses.replace(known["smollm2:latest"], name="damaged", broken=DAMAGED)
            return [damaged, known["gemma3-270m:latest"]]
        case "10":
            listed = {item["name"] for item in _listing("10")}
            return [model for name, model in known.items() if name in listed]
    return list(known.values())


def pullable() -> Registry:
    """The registry of scenario 14."""
    known = {model.canonical: model for model in _all_models()}
    place = "127.0.0.1:5005/library/"
    return Registry(
        [
            dataclasses.replace(known[name], name=place + name)
            for name in ("gemma3-270m:latest", "smollm2-tools:latest")
        ],
        breaks_at=0.03,
    )


def _listing(scenario: str) -> list[dict[str, Any]]:
    tags = next(one for one in _scenario(scenario) if one.path == "/api/tags")
    items: list[dict[str, Any]] = json.loads(tags.reply)["models"]
    return items


def _scenario(number: str) -> list[Recording]:
    return recordings(next(name for name in scenarios() if name.startswith(number)))


def _like(model: Model, scenario: str) -> Model:
    """The same model as another scenario's server had it: installed at another time."""
    item = next(one for one in _listing(scenario) if one["name"] == model.canonical)
    return dataclasses.replace(model, modified_at=item["modified_at"])


def _all_models() -> Iterator[Model]:
    """Read models off what the real server showed; what no show covers is derived from it."""
    items = {item["name"]: item for item in _listing("10")}
    shown = {}
    for one in [*_scenario("10"), *_scenario("13")]:
        if one.path == "/api/show":
            shown[json.loads(one.body)["model"] + ":latest"] = json.loads(one.reply)
    native, tools = "smollm2-native-tools:latest", "smollm2-tools:latest"
    for name, body in shown.items():
        yield _model(name, items.get(name, items[tools]), body)
    for name, base in (("smollm2-tools-2k:latest", tools), ("smollm2-native-2k:latest", native)):
        made = _model(name, items.get(name, items[native]), shown[base])
        parameters = {**made.parameters, "num_ctx": 2048}
        yield dataclasses.replace(made, parameters=parameters, messages=())


def _model(name: str, item: Mapping[str, Any], body: Mapping[str, Any]) -> Model:
    info, about = body["model_info"], item["details"]
    weights = re.search(r"sha256-([0-9a-f]{64})", body["modelfile"])
    assert weights is not None
    return Model(
        name,
        size=item["size"],
        family=about["family"],
        parameters_shown=about["parameter_size"],
        quantization=about["quantization_level"],
        longest_window=about["context_length"],
        embedding_length=about["embedding_length"],
        capabilities=tuple(body["capabilities"]),
        listed_capabilities=tuple(item["capabilities"]),
        parameters=_parameters(body.get("parameters", "")),
        template=body["template"],
        messages=body.get("messages", ()),
        route="native" if "native" in name else "rendered",
        info={key: value for key, value in info.items() if value is not None},
        arrays={key: [] for key, value in info.items() if value is None},
        tensors=body["tensors"],
        digest=item["digest"],
        blob=weights[1],
        modified_at=item["modified_at"],
    )


def _parameters(text: str) -> dict[str, Any]:
    """Read the lines back; a key that is there twice makes a list."""
    parameters: dict[str, Any] = {}
    for row in text.splitlines():
        key, value = row.split(None, 1)
        read = json.loads(value)
        if key in parameters:
            earlier = parameters[key]
            read = [*(earlier if isinstance(earlier, list) else [earlier]), read]
        parameters[key] = read
    return parameters


def counted(one: Recording) -> Any:
    """Give the counter that sees this request as the real tokenizer did."""
    if "history" in one.name:
        return count_history
    for word, tokens in {
        "native-one-long": 5249,
        "one-long": 5238,
        "native-bigsystem": 5237,
        "bigsystem": 5226,
        "native-big-tools": 5234,
        "big-tools": 4827,
    }.items():
        if word in one.name and one.scenario.startswith("20"):
            return lambda messages, tools: tokens
    read = re.findall(r'"(?:prompt_tokens|prompt_eval_count|input_tokens)":(\d+)', one.reply)
    return lambda messages, tools: int(read[-1]) if read else 1


def count_history(messages: Sequence[Mapping[str, Any]], _: Sequence[Mapping[str, Any]]) -> int:
    """Count the notes as SmolLM2 does: 250 tokens a note, 12 a reply, one more with two digits."""
    total = 34
    for message in messages:
        number = re.search(r"(?:Note|number) (\d+)", str(message["content"]))
        if number:
            total += 250 if message["role"] == "user" else 12
            total += len(number[1]) - 1
    return total


def script_of(one: Recording) -> Script:
    """What the model said there: too much for the limit, or just enough."""
    dies = {"12": 5, "16": 5, "20": 5}.get(one.name[:2]) if one.scenario[:2] == "30" else None
    manner: Any = "prose" if "big-tools" in one.name else "call"
    long = re.search(
        r'"(finish_reason|done_reason)":"length"|"stop_reason":"max_tokens"', one.reply
    )
    text = "word " * (3500 if long or dies else 2)
    thinks = '"thinking":' in one.reply or '"reasoning":"' in one.reply
    return Script(text, "Let me think. " if thinks else "", manner, dies)
