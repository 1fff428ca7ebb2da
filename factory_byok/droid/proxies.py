"""Through which proxy droid sends a request: by the environment, measured with droid 0.225.2.

`http_proxy` beats `HTTP_PROXY`, `no_proxy` beats `NO_PROXY`, `ALL_PROXY` is not read. `NO_PROXY`
takes `*`, names with or without a dot before them, and `name:port`; it does not take ranges such as
`127.0.0.0/8`, nor `*.name`, and an IPv6 address needs its brackets.
"""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.addresses import Address

PORTS: Final = {"http": 80, "https": 443}


def proxy_for(address: Address, env: Mapping[str, str]) -> str:
    """The variable through whose proxy droid sends to an address; "" when it sends directly."""
    name = f"{address.scheme}_proxy"
    chosen = next((each for each in (name, name.upper()) if env.get(each, "").strip()), "")
    return "" if not chosen or _excepted(address, exceptions(env)[1]) else chosen


def exceptions(env: Mapping[str, str]) -> tuple[str, list[str]]:
    """The variable of exceptions that rules, and its items."""
    name = next((each for each in ("no_proxy", "NO_PROXY") if env.get(each, "").strip()), "")
    items = [item.strip().lower() for item in env.get(name, "").split(",")]
    return name or "NO_PROXY", [item for item in items if item]


def _excepted(address: Address, items: list[str]) -> bool:
    """Whether one of the items of NO_PROXY means this address."""
    host = f"[{address.host}]" if ":" in address.host else address.host.lower()
    place = f"{host}:{address.port}"
    port_is_written = PORTS.get(address.scheme) != address.port
    for item in items:
        bare = item.removeprefix(".")
        if item == "*" or host == bare or host.endswith(f".{bare}"):
            return True
        if port_is_written and place == item:
            return True
    return False
