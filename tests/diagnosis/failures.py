"""How Ollama and droid fail together, as reported by users, and the checks that see each of it.

The rows were gathered from public issue threads of Ollama and of its clients; the README prints
them. A failure that needs a running model is seen by `byok test` and `byok doctor --deep`.
"""

from typing import Final, NamedTuple


class Failure(NamedTuple):
    """One kind of failure, in short, and the codes of the checks that see it."""

    what: str
    checks: tuple[str, ...]


FAILURES: Final[dict[int, Failure]] = {
    1: Failure("The server does not run", ("server_silent",)),
    2: Failure("Another program has the port", ("port_taken",)),
    3: Failure("The base URL names a wildcard or no host", ("base_url_wrong",)),
    4: Failure("OLLAMA_HOST and the entry name different servers", ("host_mismatch",)),
    5: Failure("No port, or https to a plain server", ("base_url_wrong", "host_mismatch")),
    6: Failure("localhost is another machine: WSL, containers", ("server_silent",)),
    7: Failure("A proxy captures requests to localhost", ("proxy_in_the_way",)),
    8: Failure("The server listens on the other of 127.0.0.1 and ::1", ("server_silent",)),
    9: Failure("An empty 403: the Host header is a stranger's", ("server_silent",)),
    10: Failure("The base URL lacks /v1, or has too much", ("base_url_wrong",)),
    11: Failure("The model is not there, by name or tag", ("model_missing",)),
    12: Failure("A cloud model without sign-in", ("cloud_unavailable",)),
    13: Failure("The window is too small", ("window_too_small",)),
    14: Failure("A window setting that does not rule", ("window_setting_ignored",)),
    15: Failure("The prompt is cut without a word", ("prompt_cut", "window_too_small")),
    16: Failure("The model spills into system memory", ("model_on_cpu", "model_too_large")),
    17: Failure("The GPU is not used", ("gpu_unseen",)),
    18: Failure("The model cannot call tools", ("tools_unsupported",)),
    19: Failure("Tool calls come back as text", ("tool_call_broken", "tools_as_text")),
    20: Failure(
        "400: reasoning effort for a model that does not think", ("reasoning_unsupported",)
    ),
    21: Failure("The first answer takes longer than a client waits", ("load_slow",)),
    22: Failure("The model is loaded anew at each request", ("reloads",)),
    23: Failure("The stream ends without a finish", ("stream_broken",)),
    24: Failure("503: the queue is full", ("chat_fails",)),
    25: Failure("The server is too old", ("server_outdated",)),
    26: Failure("The output limit is larger than the window", ("output_limit_wrong",)),
    27: Failure("droid's temperature overrides the model's own", ("sampling_overridden",)),
    28: Failure("A pull fails, or the disk is full", ("disk_low", "model_missing")),
    29: Failure("Another Ollama of this machine has the model", ("model_missing",)),
}
