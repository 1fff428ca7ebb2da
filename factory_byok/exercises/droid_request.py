"""What droid sends with its first turn: its tools, its system text and its surroundings.

Measured with droid 0.225.2, `droid exec`, in an empty folder. The names and the schemas of the
tools are droid's own, since servers refuse some of their keywords; every word for people is byok's.
A whole first request is filled up to the size of droid's. `tests/verdicts/test_requests.py` holds
all of it against the installed droid.
"""

from typing import Final, NamedTuple

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, text
from factory_byok.exercises.conversation import Ask, Tool, Turn

SCHEMA: Final = "http://json-schema.org/draft-07/schema#"
SYSTEM: Final = "You are Droid, an AI software engineering agent. Be brief."
REMINDERS: Final = ("skills", "subagents", "system", "date", "commands")
# Characters of droid's first request, part by part.
SYSTEM_SIZE: Final = 4_507
REMINDER_SIZES: Final = (5_499, 550, 617, 100, 297)
TOOL_SIZES: Final = {
    "Read": 402, "LS": 208, "Execute": 2_742, "Grep": 676, "Glob": 520, "Skill": 154,
}  # fmt: skip
ARGUMENT_SIZES: Final = {"riskLevelReason": 2_151, "riskLevel": 9_358}  # of these descriptions
ARGUMENT_SIZE: Final = 110  # of the others
FILLER: Final = "This text only stands for the size of what droid sends; pass over it. "


class Argument(NamedTuple):
    """One argument of a tool: its schema, and the default that only the Messages API is told."""

    schema: dict[str, Json]
    default: Json = None


def _text(**more: Json) -> Argument:
    return Argument({"type": "string", **more})


def _number(default: Json = None) -> Argument:
    return Argument({"type": "number"}, default)


def _flag(default: Json = None) -> Argument:
    return Argument({"type": "boolean"}, default)


_TEXTS: Final[dict[str, Json]] = {"type": "array", "items": {"type": "string"}}
_PATTERNS: Final = Argument({"anyOf": [{"type": "string"}, _TEXTS]})
_TOOLS: Final[dict[str, tuple[str, dict[str, Argument], tuple[str, ...]]]] = {
    "Read": (
        "Reads a file.",
        {
            "file_path": _text(),
            "offset": _number(1),
            "limit": _number(2400),
            "image_quality": Argument({"type": "string", "enum": ["default", "high"]}, "default"),
        },
        ("file_path",),
    ),
    "LS": (
        "Lists a folder.",
        {"directory_path": _text(), "ignorePatterns": Argument(_TEXTS)},
        (),
    ),
    "Execute": (
        "Runs a command.",
        {
            "summary": _text(pattern="^[A-Z]\\S*(?:\\s+\\S+){2,7}$"),
            "command": _text(),
            "timeout": _number(60),
            "riskLevelReason": _text(),
            "riskLevel": _text(enum=["low", "medium", "high"]),
            "fireAndForget": _flag(False),
        },
        ("summary", "command", "riskLevelReason", "riskLevel"),
    ),
    "Grep": (
        "Searches in files.",
        {
            "pattern": _text(),
            "path": _text(),
            "glob_pattern": _text(),
            "output_mode": Argument(
                {"type": "string", "enum": ["file_paths", "content"]}, "file_paths"
            ),
            "case_insensitive": _flag(False),
            "type": _text(),
            "context_before": _number(),
            "context_after": _number(),
            "context": _number(),
            "line_numbers": _flag(False),
            "head_limit": _number(),
            "multiline": _flag(False),
            "fixed_string": _flag(False),
        },
        ("pattern",),
    ),
    "Glob": (
        "Finds files by name.",
        {"patterns": _PATTERNS, "excludePatterns": _PATTERNS, "folder": _text()},
        ("patterns",),
    ),
    "Skill": ("Runs a skill by its name.", {"skill": _text()}, ("skill",)),
}


def _tool(name: str) -> Tool:
    """A tool as droid offers it."""
    words, arguments, required = _TOOLS[name]
    properties: dict[str, Json] = {
        key: {**argument.schema, "description": key.replace("_", " ")}
        for key, argument in arguments.items()
    }
    schema: dict[str, Json] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    schema |= {"additionalProperties": False, "$schema": SCHEMA}
    defaults: dict[str, Json] = {
        k: a.default for k, a in arguments.items() if a.default is not None
    }
    return Tool(name, words, schema, defaults)


TOOLS: Final = tuple(_tool(name) for name in _TOOLS)


def small(prompt: str, tools: tuple[Tool, ...] = ()) -> Ask:
    """droid's messages without its bulk: system, the surroundings as a list of parts, a prompt."""
    reminders = tuple(f"<system-reminder>\nNo {each}.\n</system-reminder>" for each in REMINDERS)
    return Ask((Turn("user", parts=reminders), Turn("user", prompt)), SYSTEM, tools)


def whole(prompt: str, beginning: str = "", share: float = 1.0) -> Ask:
    """A request of droid's real size, or a share of it; `beginning` defeats caches."""
    parts = tuple(filled(f"<system-reminder>{each}", size, share) for each, size in _sized())
    tools = tuple(_sized_tool(tool, share) for tool in TOOLS)
    system = filled(f"{beginning}{SYSTEM} ", SYSTEM_SIZE, share)
    return Ask((Turn("user", parts=parts), Turn("user", prompt)), system, tools)


def size(ask: Ask) -> int:
    """About how many tokens a request has: four characters of its words each."""
    texts = [ask.system, *(part for turn in ask.turns for part in (turn.text, *turn.parts))]
    tools = [f"{tool.name}{tool.description}{tool.schema}" for tool in ask.tools]
    return sum(map(len, (*texts, *tools))) // 4


def _sized() -> list[tuple[str, int]]:
    """Each part of the surroundings with its size."""
    return list(zip(REMINDERS, REMINDER_SIZES, strict=True))


def _sized_tool(tool: Tool, share: float) -> Tool:
    """A tool whose descriptions are as long as droid's."""
    properties: dict[str, Json] = {
        key: {
            **as_object(schema),
            "description": filled(
                text(as_object(schema), "description"),
                ARGUMENT_SIZES.get(key, ARGUMENT_SIZE),
                share,
            ),
        }
        for key, schema in as_object(tool.schema, "properties").items()
    }
    return tool._replace(
        description=filled(tool.description, TOOL_SIZES[tool.name], share),
        schema={**tool.schema, "properties": properties},
    )


def filled(text: str, size: int, share: float = 1.0) -> str:
    """A text filled up to so many characters."""
    wanted = int(size * share)
    return (text + FILLER * (wanted // len(FILLER) + 1))[: max(wanted, len(text))]
