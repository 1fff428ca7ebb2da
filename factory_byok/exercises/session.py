"""One entry under exercise: what is known of it, its deadlines, and how its results are written."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from factory_byok.core.addresses import root_of
from factory_byok.core.facts import Exercise, ExerciseStatus, Json, Known, Model, Server
from factory_byok.core.http import Http
from factory_byok.core.model_names import is_cloud
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Ask
from factory_byok.exercises.dialects import dialect_of
from factory_byok.exercises.droid_request import size
from factory_byok.exercises.exchange import NEVER, Enough, Exchange, exchange
from factory_byok.exercises.limits import Limits
from factory_byok.exercises.refusal import Fault

Say = Callable[[str], None]

SHOWN: Final = 160  # characters of an answer that go into the evidence
# A server that answers 503 "loading" is asked again once a second, about as long as droid asks:
# it answers at once, so nothing tells a long load from one that hangs.
LOADING_PAUSE: Final = 1.0
LOADING_PATIENCE: Final = 90.0
# How often droid asks in all, over 20 to 260 s (measured with 0.225.2). byok waits less between.
TRIES: Final = {
    "busy": 10, "server_error": 10, "rate_limited": 5, "error_event": 5, "broken_event": 5,
    "memory": 5, "protocol": 5, "protocol_inside": 5, "reset": 5, "reset_inside": 5,
    "error_inside": 2, "empty": 2, "html": 2, "not_streamed": 2,
}  # fmt: skip
LONGEST_PAUSE: Final = 6.0
OF_RATE: Final = 5.0  # times the pause where the server counts requests
MOST_WAIT: Final = 60.0  # seconds; a server that wants more has a limit for hours
DIED: Final = ("died", "abandoned", "memory")  # the model's process ended, whatever was asked
GENERIC: Final = "generic-chat-completion-api"
# With these droid ends its turn with exit code 0 all the same (tests/verdicts): it prints what
# came, asks again, or tells the model. What they mean for its user is a warning.
SURVIVED: Final = (
    "empty_answer", "prose", "json_text", "tag_text", "function_text", "wrong_name",
    "bad_arguments", "wrong_arguments", "cut_short", "nothing", "only_whole", "loop", "unused",
    "cut", "window_small",
)  # fmt: skip
PEEK: Final = 4.0  # seconds; llama.cpp refuses in 0.03 s, a busy machine takes longer to tokenize
LEAST_SPAN: Final = 0.1  # seconds: what comes within less came in one burst and tells no pace


@dataclass(slots=True)
class Session:
    """Everything that the exercises of one entry share.

    `server` is what a probe saw at the endpoint, None when it was not looked at. `hosted` says that
    tokens cost somebody money, `warm` that the model is loaded, so that short deadlines hold.
    `held` says that it stays in memory only because byok asked for that.
    `cold_first_token` is the time in seconds of the first answer of all, load included, where that
    could be seen. `proxy` is the one through which droid sends; `cheap` keeps requests small.
    `answered` counts the requests that were answered well; `refused` says that a long prompt was
    refused, so that droid's own request is worth its time; `prompts` holds prompts that were read
    whole as (tokens, seconds), `writing` the pace of an answer in tokens per second.
    """

    http: Http
    target: Target
    limits: Limits
    say: Say
    server: Server | None = None
    hosted: bool = False
    warm: bool = False
    held: bool = False
    window: int = 0
    cold_first_token: float | None = None
    load_evidence: dict[str, Json] = field(default_factory=dict)
    proxy: str = ""
    cheap: bool = False
    answered: int = 0
    refused: bool = False
    prompts: list[tuple[int, float]] = field(default_factory=list)
    writing: tuple[float, int] | None = None

    @property
    def model(self) -> Model | None:
        """What the server says of the entry's model."""
        return self.server.model(self.target.model) if self.server else None

    @property
    def is_ollama(self) -> bool:
        """Whether the model is loaded by an Ollama on which `/api` can be asked."""
        remote = self.model is not None and bool(self.model.remote_host)
        ollama = self.server is not None and self.server.is_ollama
        return ollama and not remote and not is_cloud(self.target.model)

    @property
    def root(self) -> str:
        """The server root, spelled as in the entry."""
        root = root_of(self.target.base_url)
        return str(root) if root else self.target.base_url

    def can(self, capability: str) -> bool | None:
        """Whether the server says that the model has a capability; None when it does not say."""
        model = self.model
        if model is None or not isinstance(model.capabilities, Known):
            return None
        return capability in model.capabilities.value

    def ask(self, ask: Ask, *, reading: float = 0.0, enough: Enough = NEVER) -> Exchange:
        """One request, repeated where droid itself would try again.

        `reading` is the time in seconds granted for a long prompt. Until the model is warm the
        first token has the generous deadline of a load, and a server that says it is still loading
        is asked again.
        """
        patience = time.monotonic() + min(self.limits.load, LOADING_PATIENCE)
        first = self.limits.answer + reading + (0.0 if self.warm else self.limits.load)
        tries = 0
        while True:
            done = self._once(ask, first, enough)
            if done.fault is None:
                break
            if done.fault.kind == "loading" and time.monotonic() < patience:
                self.say("The server is still loading the model")
                time.sleep(LOADING_PAUSE)
                continue
            tries += 1
            if tries >= TRIES.get(done.fault.kind, 1) or done.retry_after > MOST_WAIT:
                break
            pause = self._pause(done, tries)
            self.say(f"{done.fault.words}; trying again in {pause:.0f} s")
            time.sleep(pause)
        if done.fault is None:
            self.answered += 1
            if not self.warm:
                self.warm, self.cold_first_token = True, done.first_token_seconds
        return done

    def peek(self, ask: Ask, *, enough: Enough = NEVER) -> Exchange:
        """One request for a few seconds: a refusal comes at once.

        A server that begins to read (fault `timeout`) is left alone; closing the connection stops
        it.
        """
        limits = replace(self.limits, answer=PEEK)
        return replace(self, limits=limits, warm=True).ask(ask, enough=enough)

    def _pause(self, done: Exchange, tries: int) -> float:
        """Seconds before the next try: what the server asks for, else longer each time."""
        limited = done.fault is not None and done.fault.kind == "rate_limited"
        if limited and done.retry_after:
            return done.retry_after
        step = OF_RATE if limited else 1.0
        return self.limits.pause * step * min(tries, LONGEST_PAUSE)

    def _once(self, ask: Ask, first: float, enough: Enough) -> Exchange:
        """One request; what only this kind of server means by a refusal is said here."""
        done = exchange(
            self.http,
            self.target,
            ask,
            first=first,
            rest=self.limits.answer,
            enough=enough,
            proxy=self.proxy,
        )
        fault = done.fault
        ollama = self.server is not None and self.server.is_ollama
        if ollama and fault is not None and fault.kind == "unauthorized":
            words = "The server is not signed in to Ollama's cloud (it ignores every key)"
            return replace(done, fault=Fault("sign_in", words, True))
        if ollama and fault is None and done.flaws == ("no_finish", "no_done"):
            words = "The model's process died in the middle of the answer (the stream just ends)"
            return replace(done, fault=Fault("abandoned", words))
        if fault is not None and fault.kind == "tokens_a_minute" and fault.number >= size(ask):
            return replace(done, fault=replace(fault, kind="rate_limited"))  # it passes alone
        foreign = self.target.dialect != GENERIC
        if foreign and fault is not None and fault.kind == "not_found":
            path = f"`{dialect_of(self.target).PATH}`, which `provider: {self.target.dialect}` uses"
            words = f"The server has no {path} (HTTP {done.status})"
            return replace(done, fault=Fault("no_such_path", words, True))
        return done

    def result(
        self,
        exercise: str,
        status: ExerciseStatus,
        reason: str = "",
        evidence: Mapping[str, Json] | None = None,
    ) -> Exercise:
        """An exercise's result for this entry; empty evidence is left out."""
        kept = {key: value for key, value in (evidence or {}).items() if value not in (None, "")}
        return Exercise(
            self.target.entry, self.target.model, exercise, status, reason.rstrip("."), kept
        )

    def wrong(
        self, exercise: str, fault: str, reason: str, evidence: Mapping[str, Json]
    ) -> Exercise:
        """The result of something that is not right: failed where droid would fail too."""
        status: ExerciseStatus = "warning" if fault in SURVIVED else "failed"
        return self.result(exercise, status, reason, {**evidence, "fault": fault})

    def failed(self, exercise: str, done: Exchange, **more: Json) -> Exercise:
        """The result of an exchange that broke.

        A limit for requests that let some through is reached by byok's many, not by droid's one.
        """
        limited = done.fault is not None and done.fault.kind == "rate_limited" and self.answered
        reason = done.fault.words if done.fault else "The answer is not what droid needs"
        status: ExerciseStatus = "warning" if limited else "failed"
        return self.result(exercise, status, reason, {**evidence_of(done), **more})


def evidence_of(done: Exchange) -> dict[str, Json]:
    """The numbers of an exchange: seconds with three digits, tokens as the server counts them."""
    found: dict[str, Json] = {
        "status": done.status or None,
        "seconds": round(done.seconds, 3),
        "first_token_seconds": rounded(done.first_token_seconds),
        "finish": done.answer.finish,
        "prompt_tokens": done.answer.prompt_tokens,
        "completion_tokens": done.answer.completion_tokens,
        "pieces": done.pieces or None,
        "fault": done.fault.kind if done.fault else None,
        "allowed": (done.fault.number or None) if done.fault else None,
        "flaws": list(done.flaws) or None,
        "limit_a_minute": done.limit_a_minute or None,
        "first_bytes": done.beginning,
        "answer": (done.answer.text or done.answer.reasoning)[:SHOWN],
    }
    return {key: value for key, value in found.items() if value not in (None, "")}


def rounded(value: float | None, digits: int = 3) -> float | None:
    """A measured number without digits that mean nothing."""
    return None if value is None else round(value, digits)


def pace(done: Exchange) -> float | None:
    """Tokens per second of a streamed answer, None when it was too short to tell.

    Counts the server's tokens when it gives them, else the pieces, which are tokens on most
    servers; the first one belongs to the reading of the prompt.
    """
    if done.first_token_seconds is None or done.last_token_seconds is None:
        return None
    took = done.last_token_seconds - done.first_token_seconds
    # Thinking and content that come in one piece each would make the server's count absurd.
    tokens = done.answer.completion_tokens if done.fault is None else None
    written = (tokens if tokens and done.pieces > 2 else done.pieces) - 1
    return written / took if written >= 2 and took >= LEAST_SPAN else None
