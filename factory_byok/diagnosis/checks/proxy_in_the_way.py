"""A proxy stands between droid and a server of your own.

droid sends every `http://` request through `HTTP_PROXY`, those to localhost too, unless `NO_PROXY`
names the host; the proxy cannot reach your machine's own servers, or answers in their place.
Measured with droid 0.225.2: `http_proxy` beats `HTTP_PROXY`, `no_proxy` beats `NO_PROXY`,
`ALL_PROXY` is not read. `NO_PROXY` takes `*`, names with or without a dot before them, and
`name:port`; it does not take ranges such as `127.0.0.0/8`, nor `*.name`, and an IPv6 address needs
its brackets.
"""

from collections.abc import Iterator

from factory_byok.core.addresses import Address, root_of
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.proxies import exceptions, proxy_for

TITLE = "Proxies"
WHAT_TO_DO = "Add the server's host to `NO_PROXY` where droid starts"
PRIVATE = ("10.", "192.168.", "169.254.", *(f"172.{second}." for second in range(16, 32)))
LOCAL_NAMES = (".local", ".lan", ".internal", ".home.arpa")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each server of one's own that a listed entry reaches through a proxy."""
    seen = set()
    for entry in snap.listed():
        address = root_of(entry.base_url)
        if address is None or str(address) in seen or not near(address):
            continue
        name = proxy_for(address, snap.environment)
        if name:
            seen.add(str(address))
            yield _finding(snap, address, name)


def near(address: Address) -> bool:
    """Whether an address is this machine, or one in a network of one's own."""
    host = address.host.lower()
    bare = "." not in host and ":" not in host
    return address.loopback or bare or host.endswith(LOCAL_NAMES) or host.startswith(PRIVATE)


def _finding(snap: Snapshot, address: Address, variable: str) -> Finding:
    """The capture, and what to write where."""
    name, items = exceptions(snap.environment)
    wanted = f"[{address.host}]" if ":" in address.host else address.host
    value = ",".join([*items, wanted])
    vain = [item for item in items if _looks_meant(item)]
    also = f"; droid does not understand `{vain[0]}` there" if vain else ""
    how = f"setx {name} {value}" if snap.machine.system == "windows" else f"export {name}={value}"
    return Finding(
        "warning",
        str(address),
        f"droid sends its requests to {address} through the proxy in `{variable}`{also}",
        Remedy(f"Except the host, where droid is started: `{how}`"),
    )


def _looks_meant(item: str) -> bool:
    """Whether an item was meant for this machine or a network, in a form that droid ignores."""
    forms = ("127.0.0.0/8", "127.*", "127.", "::1")
    return item in forms or "/" in item or item.startswith("*.") or " " in item
