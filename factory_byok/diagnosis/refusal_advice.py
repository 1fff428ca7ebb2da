"""What to do about a request that failed, by its cause; pure.

The cause comes from the server's words where they are known. A remedy names a field of the entry
only where that field is the cause, and a log only of the server that it is.
"""

from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import parse_address, root_of
from factory_byok.core.facts import Entry, Exercise, Known, Snapshot, Unknown
from factory_byok.core.findings import Remedy
from factory_byok.core.model_names import is_cloud
from factory_byok.core.requirements import FLOOR
from factory_byok.diagnosis.advice import (
    another_model,
    install_of,
    log_place,
    raise_window,
    start_ollama,
)
from factory_byok.diagnosis.answering import repoint
from factory_byok.diagnosis.missing_models import remedy_for as missing_remedy
from factory_byok.diagnosis.unreachable import silence_remedy
from factory_byok.droid.field_names import DIALECTS
from factory_byok.droid.known_models import known_model
from factory_byok.droid.proxies import proxy_for
from factory_byok.exercises.session import DIED
from factory_byok.providers.hosted import service_of

PASSING: Final = ("busy", "loading", "rate_limited")  # the server only wants time
BY_MODEL: Final = (
    "prose", "wrong_name", "bad_arguments", "wrong_arguments", "cut_short", "loop", "unused",
)  # fmt: skip
_FIRST_TURN: Final = 11_500  # tokens of droid's first interactive request, droid 0.225.2
_SILENCE: Final = (
    "refused",
    "timeout",
    "reset",
    "unreachable",
    "dns",
    "tls",
    "certificate",
    "url",
    "protocol",
)
# docs.vllm.ai, "Tool Calling": the parser by the model's family.
_PARSERS: Final = {
    "qwen3-coder": "qwen3_coder",
    "qwen": "hermes",
    "hermes": "hermes",
    "llama": "llama3_json",
    "mistral": "mistral",
    "devstral": "mistral",
    "deepseek": "deepseek_v3",
    "glm": "glm45",
    "kimi": "kimi_k2",
    "gpt-oss": "openai",
}
# Causes for which one sentence is enough.
_TEXTS: Final = {
    "busy": "Wait, or let fewer programs use the server at once (Ollama: OLLAMA_NUM_PARALLEL)",
    "loading": "Wait until the server has loaded the model, then try again",
    "rate_limited": "Wait, or raise the account's rate limit at the provider",
    "needs_jinja": "Start llama-server again with `--jinja`",
    "call_not_parsed": "Try again; if it comes often, update the server, or use another model or "
    "server: the model writes calls that this one cannot read",
    "signature_missing": "Use a model name that begins with `gemini-`: only then does droid keep "
    "the signature",
    "thoughts_missing": "Switch thinking off for this model at the service, or choose a model that "
    "does not think: droid sends no thoughts back",
    "header_missing": "Write the header that the message names into the entry's `extraHeaders`",
    "roles": "Give the server another chat template for this model, or choose another model: "
    "droid always sends its surroundings and your prompt as two user messages",
    "system_role": "Give the server another chat template for this model, or choose another model",
    "template": "Give the server another chat template for this model, or update both",
    "tool_role": "Update the server, or choose another: droid sends every tool's result this way",
    "content_form": "Update the server, or put a gateway before it that takes content as a list "
    "and as null",
    "schema_refused": "Update the server, or choose another: nothing in the entry changes droid's "
    "tools",
    "data_policy": "Allow this kind of provider in the account's privacy settings (OpenRouter: "
    "https://openrouter.ai/settings/privacy)",
    "provider_off": "Enable a provider that serves the model in the account's settings (Hugging "
    "Face: https://huggingface.co/settings/inference-providers)",
    "model_forbidden": "Ask for access to the model at the provider, or choose another",
    "moderated": "Ask the provider why its filter stops this request, or choose another model",
    "filtered": "Ask the provider why its filter stops this answer, or choose another model",
    "wants_completion_tokens": "Write the dialect `openai` where the server has `/responses`: "
    "droid then sends no `max_tokens`",
    "temperature": "Write the temperature that the message names into the entry's `extraArgs`",
    "unreached": "Connect the server's machine to the internet, perhaps through HTTPS_PROXY in its "
    "environment, or choose a local model",
    "cloud_off": "Switch the cloud on where the server is started (`byok doctor` says how), or "
    "choose a local model",
    "empty_answer": "Update the server and the model, or choose another model: droid has nothing "
    "to show",
    "redirect": "Correct the base URL: this one leads elsewhere",
    "html": "Correct the base URL: this one leads to a web page",
    "cut_off": "Raise the server's own limit for answers, or take the gateway away that sets it",
}


def remedy_for(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """The next step by the cause of a failed exercise."""
    fault = str(done.evidence.get("fault", ""))
    again = by_command(("byok", "test", entry.id))
    if fault in _BY_CAUSE:
        return _BY_CAUSE[fault](snap, entry, done)
    if fault in _TEXTS:
        return Remedy(_TEXTS[fault], again)
    if fault in _SILENCE:
        return _silent(snap, entry, fault)
    if fault in ("bad_request", "status", "forbidden"):
        return Remedy("Do what the server's message says", again)
    if fault in ("no_usage", "no_finish", "shape", "empty", "not_streamed", "json"):
        return Remedy("Update the server: droid needs answers in the shape of its dialect", again)
    return Remedy(f"Read {_log(snap, entry)}", again)


def _log(snap: Snapshot, entry: Entry) -> str:
    """Where the server writes down what happened."""
    server = snap.server(entry.endpoint)
    if server is not None and server.is_ollama:
        return log_place(snap, entry.endpoint, server)
    return "the log of the server, which says more"


def _set(entry: Entry, change: str) -> tuple[str, ...]:
    """The command that changes one field."""
    return ("byok", "set", entry.id, change)


def _number(done: Exercise, name: str) -> int:
    """A whole number of the evidence, 0 without one."""
    value = done.evidence.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _silent(snap: Snapshot, entry: Entry, fault: str) -> Remedy:
    """Nobody answered: start Ollama where it should be, else whatever it is."""
    root = root_of(entry.base_url)
    proxy = proxy_for(root, snap.environment) if root else ""
    if proxy and root:
        text = (
            f"droid sends this through the proxy in `{proxy}`: except `{root.host}` in `NO_PROXY`"
        )
        return Remedy(text, by_command(("byok", "doctor")))
    reading, other = snap.servers.get(entry.endpoint), snap.instead.get(str(root))
    if other and fault == "refused":
        return _by_fix(repoint(entry, other), "server_silent")
    if isinstance(reading, Unknown):
        return _by_fix(silence_remedy(snap, entry.endpoint, reading), "server_silent")
    if isinstance(reading, Known) and fault == "timeout":
        text = (
            f"The server runs but did not answer in time: give it more, or read {_log(snap, entry)}"
        )
        return Remedy(text, by_command(("byok", "test", entry.id, "--load-timeout", "900")))
    if isinstance(reading, Known):
        return _gone(snap, entry)
    return Remedy(f"Start the server at {entry.endpoint}")


def _by_fix(remedy: Remedy, check: str) -> Remedy:
    """A remedy of a check whose edits `byok fix` does, which looks again before."""
    return replace(remedy, actions=by_command(("byok", "fix", check))) if remedy.edits else remedy


def _gone(snap: Snapshot, entry: Entry) -> Remedy:
    """A server that answered at first: its log says why it ended, and it is started again."""
    told = f"The server was there and went away: read {_log(snap, entry)}"
    install, address = install_of(snap), parse_address(entry.endpoint)
    known = install and install.kind != "absent"
    if not (_is_ollama(snap, entry) and install and known and address and address.loopback):
        return Remedy(told)
    ended = replace(snap, ollama=Known(replace(install, running=False)))
    start = start_ollama(ended, entry.endpoint)
    return replace(start, text=f"{told}. {start.text}")


def _key(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """Another key, in a variable."""
    return Remedy(
        "Give the entry a key that the provider accepts, in a variable of your environment",
        by_command(_set(entry, "key_env=NAME")),
    )


def _sign_in(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """Ollama's own sign-in; elsewhere the service says how."""
    if is_cloud(entry.model) or _is_ollama(snap, entry):
        return Remedy("Sign the server in to Ollama's cloud", by_command(("ollama", "signin")))
    return Remedy("Sign in where the server's message says")


def _is_ollama(snap: Snapshot, entry: Entry) -> bool:
    """Whether an Ollama serves the entry."""
    server = snap.server(entry.endpoint)
    return server is not None and server.is_ollama


def _credit(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """Credit, or a smaller reservation where the message says how much is left."""
    most = _number(done, "allowed")
    if most:
        text = f"Add credit at the provider, or ask for at most {most:,} tokens of answer"
        return Remedy(text, by_command(_set(entry, f"max_output={most}")))
    return Remedy("Add credit at the provider; the key is in order")


def _output(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """The limit that the message allows."""
    most = _number(done, "allowed")
    if most:
        command = by_command(_set(entry, f"max_output={most}"))
        return Remedy(f"Make the output limit {most:,}, which the server allows", command)
    return Remedy(
        "Lower the output limit to what the server's message allows",
        by_command(_set(entry, "max_output=16000")),
    )


def _too_long(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """A smaller answer where the prompt alone fits, else a larger window."""
    window = _number(done, "allowed")
    most = window // 4
    if window - most >= _FIRST_TURN:
        return Remedy(
            f"Make the output limit smaller: prompt and answer share a window of {window:,}",
            by_command(_set(entry, f"max_output={most}")),
        )
    return larger_window(snap, entry)


def larger_window(snap: Snapshot, entry: Entry) -> Remedy:
    """A window that is large enough, as the entry's server gives one."""
    for each, server, model in snap.served():
        if each is entry:
            return raise_window(snap, server, model, entry.endpoint)
    return Remedy(f"Raise the window in the server's own settings to {FLOOR:,} or more")


def _minute(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """A higher tier."""
    most = _number(done, "allowed") or _number(done, "limit_a_minute")
    told = f" (now {most:,})" if most else ""
    return Remedy(
        f"Raise the account's tier at the provider{told}, or choose a model whose limit is above "
        f"droid's first request of {_FIRST_TURN:,} tokens"
    )


def _tools(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """Another model, of the same service where it is one."""
    text = "Choose a model that is trained to call tools"
    return Remedy(text, by_command(another_model(snap.server(entry.endpoint))))


def _parser(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """vLLM's two options, with the parser of the model's family where it is known."""
    name = entry.model.lower()
    parser = next((value for family, value in _PARSERS.items() if family in name), "NAME")
    return Remedy(f"Start vLLM again with `--enable-auto-tool-choice --tool-call-parser {parser}`")


def _unloaded(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """LM Studio loads by a command of its own."""
    return Remedy(
        "Load the model in the server, with a window of 32,000 or more",
        by_command(("lms", "load", entry.model, "--context-length", "32000")),
    )


def _memory(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """Why the model's process ended, and what needs less."""
    text = f"Look for a crash or for too little memory in {_log(snap, entry)}"
    fit = by_command(("byok", "fit", entry.model))
    return Remedy(f"{text}; a smaller model or window needs less", fit)


def _thinking(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """Away with whatever asks for thoughts."""
    if "reasoning_effort" in entry.arguments or "thinking" in entry.arguments:
        return Remedy("Take the effort out of the entry's `extraArgs`: this model does not think")
    if entry.reasoning_effort:
        text = "Take the reasoning effort out of the entry: this model does not think"
        return Remedy(text, by_command(_set(entry, "reasoning_effort=")))
    if known_model(entry.model) is not None:
        text = "Tell droid not to ask for thoughts, which it does for this model's name"
        return Remedy(text, by_command(_set(entry, "reasoning_effort=none")))
    text = "Switch thinking off in the entry: this model does not think"
    return Remedy(text, by_command(_set(entry, "thinking=false")))


def _unknown_model(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """The nearest name that the server lists."""
    server = snap.server(entry.endpoint)
    listed = server.models.value if server and isinstance(server.models, Known) else ()
    if server is not None and server.is_ollama and listed and server.model(entry.model) is None:
        return _by_fix(missing_remedy(snap, entry, server), "model_missing")
    near = get_close_matches(entry.model, [each.name for each in listed], 1, 0.6)
    if near and near[0] != entry.model:
        command = by_command(_set(entry, f"model={near[0]}"))
        return Remedy(f"Write `{near[0]}`, which the server lists", command)
    root = root_of(entry.base_url)
    if root is not None and service_of(root.host):
        text = "Write a name that the provider offers"
        return Remedy(text, by_command(another_model(server)))
    return Remedy("Correct the model's name as the server knows it", by_command(("byok", "doctor")))


def _no_path(snap: Snapshot, entry: Entry, _: Exercise) -> Remedy:
    """The dialect that most servers speak."""
    if entry.dialect != DIALECTS[0]:
        text = f"Write the dialect `{DIALECTS[0]}`, which servers without that path speak"
        return Remedy(text, by_command(_set(entry, f"dialect={DIALECTS[0]}")))
    return Remedy(
        "Compare the base URL and the model's name with the server", by_command(("byok", "doctor"))
    )


def _field(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """Out of extraArgs where the entry put it, else nothing of the entry's."""
    own = next((name for name in entry.arguments if name in done.reason), "")
    if own:
        return Remedy(f"Take `{own}` out of the entry's `extraArgs`")
    return Remedy("Update the server, or put a gateway before it that drops what it does not know")


_BY_CAUSE: Final[dict[str, Callable[[Snapshot, Entry, Exercise], Remedy]]] = {
    "unauthorized": _key,
    "key": _key,
    "sign_in": _sign_in,
    "credit": _credit,
    "payment": _credit,
    "output_limit": _output,
    "budget": _output,
    "too_long": _too_long,
    "tokens_a_minute": _minute,
    **dict.fromkeys(("no_capability", *BY_MODEL), _tools),
    "needs_tool_parser": _parser,
    "not_loaded": _unloaded,
    **dict.fromkeys((*DIED, "error_event", "protocol_inside", "reset_inside"), _memory),
    "thinking": _thinking,
    "model_unknown": _unknown_model,
    "not_found": _no_path,
    "no_such_path": _no_path,
    "field_refused": _field,
    "own_limit": lambda _, entry, __: Remedy(
        "Raise the entry's output limit", by_command(_set(entry, "max_output=4000"))
    ),
    "load_timeout": lambda _, entry, __: Remedy(
        "Give the load more time, or choose a smaller model",
        by_command(("byok", "test", entry.id, "--load-timeout", "900")),
    ),
}
