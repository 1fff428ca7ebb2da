"""What the words of a refusal mean, in sentences that servers are known to write; pure.

They decide before the status does: services answer 404 for a privacy setting, 400 for an unknown
model and 500 for a missing flag. Sources are the servers' own words in public threads and code:
Ollama (openai/openai.go, server/routes.go), llama.cpp (common/chat.cpp, tools/server), vLLM
(entrypoints/openai), OpenRouter, Groq, Hugging Face, Google, OpenAI, Anthropic, LM Studio.
"""

import re
from typing import Final, NamedTuple


class Cause(NamedTuple):
    """A kind of refusal: its name, the words by which it is known, and what it means."""

    kind: str
    words: re.Pattern[str]
    meaning: str


def _cause(kind: str, meaning: str, *words: str) -> Cause:
    return Cause(kind, re.compile("|".join(words), re.I), meaning)


# The first that fits decides, so a narrow one stands before a wide one.
CAUSES: Final = (
    _cause(
        "needs_jinja",
        "llama-server was started without `--jinja`, which tools need",
        r"--jinja",
    ),
    _cause(
        "needs_tool_parser",
        "vLLM was started without a tool-call parser",
        r"enable-auto-tool-choice",
        r"tool-call-parser",
    ),
    _cause(
        "call_not_parsed",
        "The model wrote a call that the server could not parse",
        r"error parsing tool call",
        r"failed to parse (?:the )?(?:tool|function) call",
        r"failed to parse input at pos",
        r"failed to call a function",
    ),
    _cause(
        "signature_missing",
        "The service wants a call's thought signature back",
        r"thought_signature",
    ),
    _cause(
        "thoughts_missing",
        "The service wants a model's thoughts back with the result of a tool",
        r"reasoning_content",
    ),
    _cause(
        "header_missing",
        "The server wants a header that the entry does not send",
        r"missing\b.{0,40}\bheader",
        r"\bheader\b.{0,20}\brequired",
    ),
    _cause(
        "no_capability",
        "The model cannot call tools here",
        r"does not support tools",
        r"support tool use",
        r"(?:tools?|functions?|(?:tool|function) (?:use|calling))\W* (?:is|are) not "
        r"(?:supported|enabled)",
        r"(?:not|n't) support (?:tool|function)",
    ),
    _cause(
        "roles",
        "The model's template wants user and assistant in turn, and droid sends two user messages",
        r"roles? must alternate",
        r"alternat\w* (?:between )?.?user",
        r"(?:consecutive|two|multiple) user messages",
    ),
    _cause(
        "system_role",
        "The model's template takes no system message, and droid sends one",
        r"system (?:role|messages?|prompt) (?:is |are )?not (?:supported|allowed)",
    ),
    _cause(
        "tool_role",
        "The server does not take the result of a tool",
        r"unknown variant `tool`",
        r"(?:invalid|unexpected|unsupported|unknown) (?:message )?role:? .?tool\b",
    ),
    _cause(
        "content_form",
        "The server does not take the form of droid's messages",
        r"content\b.{0,60}(?:expected|must be|should be|to be|not) (?:of type )?(?:an? )?"
        r"(?:valid )?.?str(?:ing)?\b",
        r"content\b.{0,40}(?:list|array|null)\b.{0,40}not (?:supported|allowed)",
        r"(?:list|array) content",
    ),
    _cause(
        "schema_refused",
        "The server refuses the schemas of droid's tools",
        r"failed to (?:parse|initialize|compile) (?:the )?grammar",
        r"function_declarations",
        r"(?:invalid|unsupported|unrecognized).{0,40}schema",
        r"schema.{0,60}(?:invalid|not (?:supported|permitted|allowed))",
        r"tools?\[\d+\].{0,80}(?:invalid|unknown|not)",
        r"too many (?:tools|functions)",
    ),
    _cause(
        "template",
        "The server's chat template fails on droid's messages",
        r"raise_exception",
        r"chat[ _-]template",
        r"jinja",
        r"no user query found",
    ),
    _cause(
        "tokens_a_minute",
        "The account's limit of tokens a minute is too small",
        r"tokens? per min(?:ute)?",
        r"tokens/min",
        r"\bTPM\b",
    ),
    _cause(
        "data_policy",
        "The account's privacy settings leave no provider for this model",
        r"data policy",
        r"settings/privacy",
    ),
    _cause(
        "provider_off",
        "The account has no provider enabled that serves this model",
        r"provider(?:s)? (?:that )?you have enabled",
        r"no (?:allowed |enabled )?providers?\b.{0,40}(?:available|enabled|selected)",
    ),
    _cause(
        "credit",
        "The account has not enough credit",
        r"credits?\b",
        r"insufficient (?:balance|funds|quota)",
        r"insufficient_quota",
        r"can only afford",
        r"current quota",
        r"billing (?:details|limit|hard limit)",
        r"payment required",
        r"budget has been exceeded",
    ),
    _cause(
        "unauthorized",
        "The server refused the key",
        r"api[ _-]key (?:is )?not valid",
        r"(?:invalid|incorrect) api[ _-]key",
    ),
    _cause(
        "unreached",
        "The server cannot reach the service behind it",
        r"\bdial (?:tcp|udp)\b",
        r"no such host",
    ),
    _cause(
        "cloud_off",
        "Ollama's cloud is switched off at the server",
        r"cloud is disabled",
    ),
    _cause(
        "sign_in",
        "The server is not signed in to the service that runs this model",
        r"signin_url",
        r"ollama\.com/connect",
        r"(?:please |must |need to |not )(?:be )?(?:sign|signed|log|logged) ?in\b",
    ),
    _cause(
        "not_loaded",
        "The server has loaded no model",
        r"no models? (?:is |are )?(?:currently )?loaded",
        r"model (?:is )?not loaded",
        r"lms load",
    ),
    _cause(
        "memory",
        "The model does not fit into memory",
        r"out of memory",
        r"more system memory",
        r"(?:failed|unable|cannot) to allocate",
        r"insufficient (?:gpu )?memory",
    ),
    _cause(
        "died",
        "The model's process died",
        r"(?:runner|process) (?:process )?has (?:terminated|unexpectedly stopped)",
        r"unexpected EOF",
        r"signal: killed",
        r"EngineDeadError",
    ),
    _cause(
        "thinking",
        "The model does not think, and droid asks it to",
        r"(?:not|n't) support (?:thinking|reasoning)",
        r"(?:thinking|reasoning)\b.{0,60}(?:not supported|unsupported|not (?:available|allowed))",
        r"(?:unsupported|unrecognized|unknown|invalid|unexpected)\b.{0,60}(?:thinking|reasoning)",
    ),
    _cause(
        "budget",
        "The budget for thinking is not below the output limit",
        r"budget_tokens",
    ),
    _cause(
        "wants_completion_tokens",
        "The server takes no `max_tokens`, which droid sends",
        r"max_completion_tokens.{0,20}instead",
        r"unsupported parameter:? .?max_tokens",
    ),
    _cause(
        "temperature",
        "The server does not take droid's temperature of 1",
        r"temperature",
    ),
    _cause(
        "output_limit",
        "The entry's output limit is above what the server allows",
        r"max_(?:completion_|output_|new_)?tokens",
        r"maxoutputtokens",
        r"max(?:imum)? (?:number of )?(?:output|completion) tokens",
    ),
    _cause(
        "model_unknown",
        "The server does not know this model",
        r"not a valid model",
        r"model\b.{0,120}(?:not found|not exist|n't exist|not supported|not available|unavailable)",
        r"(?:unknown|invalid|no such|unsupported) model",
        r"(?:not|n't) find (?:real )?model",
        r"repository not found",
        r"deployment\b.{0,60}(?:not exist|not found)",
        r"model_not_found",
        r"no (?:available )?(?:channel|deployment|distributor)\w*\b.{0,60}model",
    ),
    _cause(
        "moderated",
        "The service's filter stopped the request",
        r"moderation",
        r"flagged",
        r"content policy",
    ),
    _cause(
        "field_refused",
        "The server refuses a field that droid sends",
        r"unrecogni[sz]ed (?:request )?(?:argument|parameter|field|key)",
        r"extra (?:inputs|fields)",
        r"(?:unsupported|unknown|unexpected) (?:parameter|field|argument|name)",
        r"additional properties",
    ),
    _cause(
        "model_forbidden",
        "The account may not use this model",
        r"(?:disabled|(?:not have|no) access to|not allowed to use|not authorized to access) "
        r"(?:this |the )?model",
        r"model\b.{0,60}(?:not have access|no access|accept the (?:license|terms))",
        r"requires a subscription",
        r"organization must be verified",
    ),
)
# What no further try of the same request can change; of the others some pass at the next try.
FLAKY: Final = ("call_not_parsed", "died", "memory")
_NUMBER: Final = {
    "output_limit": (
        r"\[\d+, ?(\d+)\]",
        r"(?:less than or equal to|at most|<=|up to|between 1 and|supports?)\D{0,24}?([\d,_]{2,9})",
        r"(?:maximum(?: value)?|max allowed|limit(?:ed)?|exceeds?|>)\D{0,32}?([\d,_]{2,9})",
    ),
    "credit": (r"can only afford (\d+)",),
    "tokens_a_minute": (r"limit:? (\d[\d,]*)",),
}


def cause_of(said: str) -> Cause | None:
    """The cause that a server's message names; None when its words are not known."""
    return next((cause for cause in CAUSES if cause.words.search(said)), None)


def number_of(kind: str, said: str) -> int:
    """The number of tokens that a message allows (an output limit, a minute's), 0 without one."""
    each = (re.search(pattern, said, re.I) for pattern in _NUMBER.get(kind, ()))
    found = next((match for match in each if match), None)
    digits = found[1].replace(",", "").replace("_", "") if found else ""
    return int(digits) if digits else 0
