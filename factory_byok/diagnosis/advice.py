"""The next step on this platform, as remedies that several checks share; pure."""

from typing import Final, Literal

from factory_byok.core.actions import CopyModel, by_command
from factory_byok.core.addresses import DEFAULT_PORT, is_here, parse_address
from factory_byok.core.facts import (
    InstallKind,
    Known,
    Machine,
    Model,
    OllamaInstall,
    Server,
    ServerSettings,
    Snapshot,
)
from factory_byok.core.findings import Remedy
from factory_byok.core.requirements import FLOOR, SHORTEST_KEEP_ALIVE
from factory_byok.core.units import Tokens, show_tokens
from factory_byok.core.words import lower_first
from factory_byok.providers.hosted import HOSTED
from factory_byok.providers.ollama.values import KEEP_ALIVE, keep_alive

# How the window of other servers is set, by provider: vLLM's, llama.cpp's and LM Studio's own docs.
RAISED_BY: Final = {
    "vllm": "Start vLLM again with `--max-model-len {window}` or more",
    "llama-cpp": "Start llama-server again with `--ctx-size {window}` or more for each slot",
    "lm-studio": "Load it again with `lms load {model} --context-length {window}` or more",
}
KEEP: Final = "OLLAMA_KEEP_ALIVE=1h"
DOWNLOAD: Final = "https://ollama.com/download"
SLIDER: Final = (4, 8, 16, 32, 64, 128, 256)  # thousands of tokens: the app's stops
UNIT: Final = "ollama.service"
USER_UNIT: Final = "homebrew.ollama.service"  # what `brew services` makes on Linux
DROP_IN: Final = "/etc/systemd/system/ollama.service.d/zz-byok.conf"  # the last one rules

Runner = Literal[
    "remote", "absent", "by hand", "service", "app", "homebrew", "container", "unknown"
]


def install_of(snap: Snapshot) -> OllamaInstall | None:
    """How Ollama is present here; None when that is not known."""
    return snap.ollama.value if isinstance(snap.ollama, Known) else None


def settings_of(server: Server | None) -> ServerSettings | None:
    """What a server was started with; None when that is not known."""
    settings = server.settings if server else None
    return settings.value if isinstance(settings, Known) else None


def runner(snap: Snapshot, endpoint: str, server: Server | None = None) -> Runner:
    """Who runs the Ollama of an endpoint: its own process tells, else how Ollama is installed."""
    if parse_address(endpoint) is not None and not is_here(endpoint):
        return "remote"
    settings = settings_of(server)
    if settings is not None:
        return settings.started_by
    install = install_of(snap)
    return install.kind if install else "unknown"


def start_ollama(snap: Snapshot, endpoint: str = "") -> Remedy:
    """How to start Ollama on this machine for an endpoint, or to install it when it is absent.

    One that runs is never to be started a second time.
    """
    install, system = install_of(snap), snap.machine.system
    kind: InstallKind | Literal["unknown"] = install.kind if install else "unknown"
    if install and install.running and kind == "container":
        address = parse_address(endpoint or snap.default_endpoint)
        port = address.port if address else DEFAULT_PORT
        return Remedy(
            f"Ollama runs in a container that passes no port {port} on to this machine: make the "
            f"container again with `-p {port}:{DEFAULT_PORT}` (docs.ollama.com/docker)"
        )
    if install and install.running:
        where = f"port {install.ports[0]}" if install.ports else "another address"
        return Remedy(f"Let OLLAMA_HOST and the base URL agree: Ollama listens on {where}")
    if kind == "absent":
        return Remedy(f"Install Ollama from {DOWNLOAD}, then start it")
    if kind == "service":
        return Remedy(
            "Start Ollama's service", by_command(("sudo", "systemctl", "start", "ollama"))
        )
    if kind == "homebrew":
        return Remedy("Start Ollama's service", by_command(("brew", "services", "start", "ollama")))
    if kind == "container":
        return Remedy("Start Ollama's container: `docker ps --all` shows its name")
    if kind == "app" and system == "darwin":
        return Remedy("Start the Ollama app", by_command(("open", "-a", "Ollama")))
    if kind == "app":
        return Remedy("Start Ollama from the Start menu; its icon appears in the tray")
    return _serve(snap, endpoint)


def _serve(snap: Snapshot, endpoint: str) -> Remedy:
    """The page's own command, with the address where it is not the one that Ollama would take."""
    settings = [f"OLLAMA_CONTEXT_LENGTH={FLOOR}"]  # docs.factory.ai/cli/byok/ollama
    address = parse_address(endpoint or snap.default_endpoint)
    if address is not None and not _is_default(snap, str(address)):
        settings.insert(0, f"OLLAMA_HOST={address.host}:{address.port}")
    serve = ("ollama", "serve")
    if snap.machine.system == "windows":
        told = ", ".join(f"`setx {each.replace('=', ' ')}`" for each in settings)
        return Remedy(f"Run {told}, then start Ollama in a new terminal", by_command(serve))
    return Remedy("Start Ollama in a terminal of its own", by_command((*settings, *serve)))


def log_place(snap: Snapshot, endpoint: str, server: Server | None = None) -> str:
    """Where an Ollama writes its log, by how it was started (docs.ollama.com/troubleshooting)."""
    match runner(snap, endpoint, server), snap.machine.system:
        case "service", _:
            return "the server's log: `journalctl -u ollama`"
        case "container", _:
            return f"the log of {_container(server)}: `docker logs`"
        case "app", "darwin":
            return "the server's log: ~/.ollama/logs/server.log"
        case "app", "windows":
            return "the server's log: %LOCALAPPDATA%\\Ollama\\server.log"
        case "homebrew", _:
            return "the server's log: `$(brew --prefix)/var/log/ollama.log`"
        case "remote", _:
            return "the server's log, on its own machine"
    return "what the server printed in the terminal in which it was started"


def set_variable(snap: Snapshot, endpoint: str, server: Server | None, setting: str) -> str:
    """A sentence that gives a server one variable (`NAME=value`), in the way of its platform."""
    kind, name, value = runner(snap, endpoint, server), *setting.split("=", 1)
    match kind, snap.machine.system:
        case "remote", _:
            return f"On the server's machine, start Ollama with `{setting}`"
        case "service", _:
            return (
                f"Run `sudo systemctl edit {UNIT}`, add the two lines `[Service]` and "
                f'`Environment="{setting}"`, then `sudo systemctl restart ollama`'
            )
        case "homebrew", "linux":
            return (
                f"Run `systemctl --user edit {USER_UNIT}`, add the two lines `[Service]` and "
                f'`Environment="{setting}"`, then `brew services restart ollama`'
            )
        case "homebrew", _:
            return (
                f"Run `launchctl setenv {name} {value}` (it lasts until the next restart of the "
                "Mac), then `brew services restart ollama`"
            )
        case "container", _:
            return f"Create {_container(server)} again with `-e {setting}`"
        case "app", "darwin":
            return (
                f"Run `launchctl setenv {name} {value}` (it lasts until the next restart of the "
                "Mac), then quit the Ollama app from the menu bar and open it again"
            )
        case _, "windows":
            after = (
                "quit Ollama from its icon in the tray and start it again from the Start menu"
                if kind == "app"
                else "start `ollama serve` again in a new terminal"
            )
            return f"Run `setx {name} {value}`, then {after}"
    return f"Stop Ollama and start it again with `{setting} ollama serve`"


def unloaded_soon(server: Server | None) -> float | None:
    """The seconds after which a server unloads an unused model, when its settings tell so few that
    droid would often wait for a load; None when they tell nothing or enough.
    """
    settings = settings_of(server)
    if settings is None or not isinstance(settings.variables, Known):
        return None
    value = settings.variables.value.get(KEEP_ALIVE, "")
    seconds = keep_alive(value) if value.strip() else None
    return seconds if seconds is not None and seconds < SHORTEST_KEEP_ALIVE else None


def keep_loaded(snap: Snapshot, endpoint: str, server: Server | None) -> Remedy:
    """How to keep a server's models in memory for longer after their last use."""
    if server is None or not server.is_ollama:
        return Remedy("Keep the model in memory for longer, in the server's own settings")
    return Remedy(
        f"Keep the model in memory for longer. {set_variable(snap, endpoint, server, KEEP)}"
    )


def raise_window(
    snap: Snapshot, server: Server, model: Model, endpoint: str = "", window: Tokens = FLOOR
) -> Remedy:
    """How to give a model on this server a window of so many tokens; another model when it ends
    before that.
    """
    longest = model.longest_window
    if isinstance(longest, Known) and longest.value < window:
        return Remedy(
            f"`{model.name}` itself ends at {show_tokens(longest.value)} and no setting raises "
            "that: choose a model with a longer window",
            by_command(another_model(server)),
        )
    if server.provider in RAISED_BY:
        text = RAISED_BY[server.provider].format(model=model.name, window=window)
        return Remedy(text)
    if not server.window_setting:
        return Remedy(f"Raise the window in the server's own settings to {window:,} or more")
    where = endpoint or snap.default_endpoint
    action = CopyModel(model.name, window, "" if _is_default(snap, where) else where)
    copy = "Give the entry a copy of the model with a larger window (no download, no restart)"
    if model.settings.get("num_ctx"):
        why = "the model's own file sets `num_ctx`, which beats every setting of the server"
        return Remedy(f"{copy}: {why}", (action,))
    return Remedy(
        f"{copy}; or raise it for every model: {_for_all(snap, where, server, window)}",
        (action,),
    )


def _for_all(snap: Snapshot, endpoint: str, server: Server, window: Tokens) -> str:
    """The sentence that raises the window of the whole server, to stand after a colon."""
    return lower_first(set_window(snap, endpoint, server, window))


def set_window(snap: Snapshot, endpoint: str, server: Server, window: Tokens) -> str:
    """A sentence that gives a whole Ollama a window, in the way of its platform.

    The app's slider rules over the variable, but at its end, automatic, the variable counts.
    """
    variable = set_variable(snap, endpoint, server, f"{server.window_setting}={window}")
    if runner(snap, endpoint, server) != "app":
        return variable
    slider = "In the Ollama app's settings, move the context length slider to"
    stop = next((each for each in SLIDER if each * 1024 >= window), 0)
    return f"{slider} {stop}k" if stop else f"{slider} automatic. Then {lower_first(variable)}"


def _container(server: Server | None) -> str:
    """The container as a phrase."""
    settings = settings_of(server)
    name = settings.container if settings else ""
    return f"the container `{name}`" if name else "Ollama's container"


def _is_default(snap: Snapshot, endpoint: str) -> bool:
    """Whether an endpoint is the one that byok asks by itself."""
    default, asked = parse_address(snap.default_endpoint), parse_address(endpoint)
    return default is None or asked is None or default.identity() == asked.identity()


def another_model(server: Server | None) -> tuple[str, ...]:
    """The command that shows other models: those of the service, else those for this machine."""
    if server is not None and server.provider in HOSTED:
        return ("byok", "add", server.provider)
    return ("byok", "fit")


def gpus_here(machine: Machine) -> int:
    """How many GPUs were read that Ollama would use."""
    readings = [each.value for each in machine.gpus.values() if isinstance(each, Known)]
    return sum(not gpu.left_out for gpus in readings for gpu in gpus)
