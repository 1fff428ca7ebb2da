"""The dialect `openai`: POST {base}/responses (the Responses API)."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.droid.known_models import known_model
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Answer, Ask, Parts, Turn, rows
from factory_byok.exercises.thinking import EFFORT, output_limit, thinks

PATH: Final = "/responses"
NAMED: Final[tuple[str, ...]] = ()
_ENDS: Final = ("response.completed", "response.incomplete")
_DONE: Final = "response.output_item.done"
_ARGUMENTS: Final = "response.function_call_arguments.delta"


def headers(target: Target) -> dict[str, str]:
    """Bearer authentication; none at all without a key."""
    return {"Authorization": f"Bearer {target.key}"} if target.key else {}


def body(target: Target, ask: Ask) -> dict[str, Json]:
    """What droid 0.225.2 sends, measured: an output limit only for models of others it knows."""
    items: list[Json] = []
    for turn in ask.turns:
        items += _items(turn)
    sent: dict[str, Json] = {"model": target.model, "input": items, "store": False}
    if ask.tools:
        sent["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.schema,
                "strict": False,
            }
            for tool in ask.tools
        ]
    if ask.system:
        sent["instructions"] = ask.system
    if ask.stream:
        sent["stream"] = True
    known = known_model(target.model)
    foreign = known is not None and known.maker != "openai"
    if ask.tools:
        sent |= {} if foreign else {"tool_choice": "auto"}
        sent["parallel_tool_calls"] = known is None or known.parallel
    if foreign or ask.most is not None:
        sent["max_output_tokens"] = output_limit(target, ask)
    if thinks(target):
        sent["include"] = ["reasoning.encrypted_content"]
        sent["reasoning"] = {"effort": EFFORT, "summary": "auto"}
    if known is not None and known.terse:
        sent["text"] = {"verbosity": "low"}
    return {**sent, "prompt_cache_key": str(uuid4())}


def _items(turn: Turn) -> list[Json]:
    """The input items of one message."""
    if turn.role == "tool":
        return [{"type": "function_call_output", "call_id": turn.call_id, "output": turn.text}]
    kind = "output_text" if turn.role == "assistant" else "input_text"
    items: list[Json] = [*turn.kept]
    texts = turn.parts or ((turn.text,) if turn.text else ())
    if texts:
        content: list[Json] = [{"type": kind, "text": each} for each in texts]
        items.append({"role": turn.role, "content": content})
    for call in turn.calls:
        items.append(
            {
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            }
        )
    return items


def parse(value: Json) -> Answer | None:
    """A whole response, which is read as its events; None when it is none."""
    whole = as_object(value)
    if not isinstance(whole.get("output"), list):
        return None
    parts = Parts()
    for number, item in enumerate(rows(whole, "output")):
        done: Json = {"type": _DONE, "output_index": number, "item": {**item}}
        feed(parts, done)
        if item.get("type") == "message":
            parts.text += [text(part, "text") for part in rows(item, "content")]
        parts.reasoning += [text(part, "text") for part in rows(item, "summary")]
    _end(parts, whole)
    return parts.answer()


def _finish(whole: Mapping[str, Json], *, calls: bool) -> str:
    """The finish reason in the words of chat completions."""
    status = text(whole, "status")
    if status == "completed":
        return "tool_calls" if calls else "stop"
    reason = text(as_object(whole, "incomplete_details"), "reason")
    return "length" if reason == "max_output_tokens" else reason or status


def feed(parts: Parts, event: Json) -> None:
    """One event; its `type` says which."""
    whole = as_object(event)
    kind = text(whole, "type")
    if kind == "response.output_text.delta":
        parts.text.append(text(whole, "delta"))
    elif kind in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
        parts.reasoning.append(text(whole, "delta"))
    elif kind == _ARGUMENTS:
        parts.call(str(whole.get("output_index")), more=text(whole, "delta"))
    elif kind in ("response.output_item.added", _DONE):
        _item(parts, whole)
    elif kind == "response.failed":
        error = as_object(as_object(whole, "response"), "error")
        parts.error = text(error, "message") or "the response failed"
    elif kind in _ENDS:
        _end(parts, as_object(whole, "response"))


def _item(parts: Parts, whole: Mapping[str, Json]) -> None:
    """A function call that begins, or its whole at the end, which is what counts; or thoughts.

    Some servers put the arguments into the first event too, and then into deltas as well.
    """
    item = as_object(whole, "item")
    place = str(whole.get("output_index"))
    if item.get("type") == "reasoning" and item.get("encrypted_content"):
        sent = ("type", "encrypted_content", "summary")
        parts.kept[place] = {key: item[key] for key in sent if key in item}
    if item.get("type") != "function_call":
        return
    parts.call(place, identity=text(item, "call_id"), name=text(item, "name"))
    if whole.get("type") == _DONE and text(item, "arguments"):
        parts.calls[place][2] = text(item, "arguments")


def _end(parts: Parts, response: Mapping[str, Json]) -> None:
    """The last event, which repeats the whole response."""
    usage = as_object(response, "usage")
    parts.prompt_tokens = count(usage, "input_tokens")
    parts.completion_tokens = count(usage, "output_tokens")
    parts.finish = _finish(response, calls=bool(parts.calls))
    parts.ended = True
