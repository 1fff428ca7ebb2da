"""What a model did with a tool, judged from one answer; pure.

Told apart are a proper call, prose, a call written as text in any of the usual spellings, and the
faults of a call: a wrong name, arguments that are no JSON, arguments that miss the schema.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object
from factory_byok.exercises.conversation import Answer, Call, Tool

Verdict = Literal[
    "call",
    "prose",
    "json_text",
    "tag_text",
    "function_text",
    "wrong_name",
    "bad_arguments",
    "wrong_arguments",
    "cut_short",
    "nothing",
]

WORDS: Final[dict[str, str]] = {
    "prose": "The model answered in prose instead of calling the tool",
    "json_text": "The model wrote the tool call as JSON text, which droid does not see as a call",
    "tag_text": "The model wrote the tool call as text between tags (`<tool_call>` or the like), "
    "which the server did not parse",
    "function_text": "The model wrote the tool call as text (`<function=` or the like), which the "
    "server did not parse",
    "wrong_name": "The model called a tool that was not offered",
    "bad_arguments": "The arguments of the tool call are not JSON",
    "wrong_arguments": "The arguments of the tool call do not match the tool's schema",
    "cut_short": "The model wrote as much as it was let, and called no tool",
    "nothing": "Nothing came where a tool call was asked for: the server left the call out",
    "only_whole": "The server passes on tool calls only when it does not stream, and droid always "
    "streams",
    "loop": "The model called the tool again and again after it had the result",
    "unused": "The model did not use the tool's result in its answer",
    "no_capability": "The model cannot call tools: the server does not offer it",
}

_TAGS: Final = (
    "<tool_call",
    "<|tool_call",
    "[tool_calls]",
    "<tool_use",
    "<|python_tag|>",
    "<toolcall",
)
_JSON_START: Final = re.compile(r"[\[{]")


def judge(answer: Answer, tools: Sequence[Tool]) -> Verdict:
    """What one answer to a request with these tools is; a call of any of them is a call."""
    if answer.calls:
        return _judge_call(answer.calls[0], tools)
    text = answer.text
    if not text.strip() and not answer.reasoning.strip():
        return "cut_short" if answer.finish == "length" else "nothing"
    lower = text.lower()
    if "<function=" in lower or "<function_call" in lower:
        return "function_text"
    if any(tag in lower for tag in _TAGS):
        return "tag_text"
    if any(_holds_call(text, tool) for tool in tools):
        return "json_text"
    return "cut_short" if not text.strip() and answer.finish == "length" else "prose"


def _judge_call(call: Call, tools: Sequence[Tool]) -> Verdict:
    """What is wrong with a call that was passed on; no arguments mean an empty object."""
    tool = next((each for each in tools if each.name == call.name), None)
    if tool is None:
        return "wrong_name"
    try:
        arguments: Json = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return "bad_arguments"
    return "call" if fits(arguments, tool.schema) else "wrong_arguments"


def fits(arguments: Json, schema: Mapping[str, Json]) -> bool:
    """Whether arguments match a JSON schema; an object is meant whatever the schema says."""
    from jsonschema import Draft202012Validator  # 180 ms, so only where a tool was called

    valid: bool = Draft202012Validator(dict(schema)).is_valid(arguments)
    return isinstance(arguments, dict) and valid


def _holds_call(text: str, tool: Tool) -> bool:
    """Whether a text holds a JSON object that names the tool or has the shape of its arguments."""
    decoder = json.JSONDecoder()
    for found in list(_JSON_START.finditer(text))[:20]:
        try:
            value, _ = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and _is_call(item, tool):
                return True
    return False


def _is_call(item: Mapping[str, Json], tool: Tool) -> bool:
    """Whether an object is a call of the tool, in the spellings that models know."""
    inner = item.get("function")
    named = inner.get("name") if isinstance(inner, dict) else inner
    known = as_object(tool.schema, "properties")
    names = (item.get("name"), item.get("tool"), item.get("tool_name"), item.get("action"), named)
    return tool.name in names or (bool(item.keys() & known) and fits(dict(item), tool.schema))
