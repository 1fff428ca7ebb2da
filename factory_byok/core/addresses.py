"""Addresses: OLLAMA_HOST, base URLs as droid uses them, and the endpoint that both name."""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from factory_byok.core.errors import UsageError

DEFAULT_PORT: Final = 11434
DEFAULT_ENDPOINT: Final = "http://localhost:11434"  # docs.factory.ai/cli/byok/ollama
MOST_KEPT: Final = 40_000  # base URLs, which every check asks about: a file of 10 MB has no more
_PORTS: Final = {"http": 80, "https": 443}
_API_PATHS: Final = ("/chat/completions", "/responses", "/messages")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_WILDCARD: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


class Address(NamedTuple):
    """A server root: `scheme`, `host` (IPv6 without brackets), `port` and perhaps a path."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        """The endpoint as text; a port that the scheme implies is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _PORTS.get(self.scheme) == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def loopback(self) -> bool:
        """Whether it can only be this machine."""
        return self.host in _LOOPBACK or self.host.startswith("127.")

    def identity(self) -> str:
        """One text for all spellings of one endpoint (`localhost`, `127.0.0.1` and `::1` agree)."""
        host = "localhost" if self.host in _LOOPBACK else self.host
        return str(self._replace(host=host))


@lru_cache(maxsize=MOST_KEPT)
def parse_address(text: str) -> Address | None:
    """The server that a URL names, with its path; None when it is no http(s) URL with a host."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    if len(text.split()) != 1:
        return None
    if port is None:
        port = _PORTS[parts.scheme]
    return Address(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))


@lru_cache(maxsize=MOST_KEPT)
def root_of(url: str) -> Address | None:
    """The server root of a base URL, a full API path or a root itself, spelled as the user did.

    `http://127.0.0.1:11434/v1/` and `.../v1/chat/completions` give `http://127.0.0.1:11434`; None
    when the text is no http or https URL.
    """
    address = without_api(url)
    if address is None:
        return None
    return address._replace(path=address.path.removesuffix("/v1").rstrip("/"))


def without_api(url: str) -> Address | None:
    """The base URL of a full API path, a base URL or a root, as far as it names one."""
    address = parse_address(url)
    if address is None:
        return None
    path = address.path
    for tail in _API_PATHS:
        path = path.removesuffix(tail)
    return address._replace(path=path.rstrip("/"))


def is_here(endpoint: str) -> bool:
    """Whether an address can only be on this machine; False for what is no address."""
    address = parse_address(endpoint)
    return address is not None and address.loopback


@lru_cache(maxsize=MOST_KEPT)
def endpoint_of(url: str) -> str:
    """The endpoint of a base URL, one text for all its spellings; "" when it names no server."""
    root = root_of(url)
    return root.identity() if root else ""


def base_url_of(endpoint: str) -> str:
    """The base URL under which an OpenAI-compatible server is reached at an endpoint."""
    return f"{endpoint.rstrip('/')}/v1"


def connectable(address: Address) -> Address:
    """The same address with a wildcard host replaced by one that a client can connect to."""
    return address._replace(host=_WILDCARD.get(address.host, address.host))


def parse_ollama_host(value: str) -> Address:
    """What OLLAMA_HOST means to Ollama (envconfig.Host), made connectable.

    A scheme without a port means port 80 or 443; a port that is no number counts as none.
    """
    text = value.strip().strip("\"'").strip()
    scheme, found, rest = text.partition("://")
    if "@" in text:  # no address: what stands before it may be a password, with slashes in it
        login = rest if found else text
        text = rest = login.rpartition("@")[2]
        text = f"{scheme}://{rest}" if found else rest
    if not found:
        scheme, rest = "http", text
    default = _PORTS.get(scheme, DEFAULT_PORT) if found else DEFAULT_PORT
    if not found and rest == "ollama.com":
        return Address("https", "ollama.com", 443)
    where, slash, path = rest.partition("/")
    host, port = _split_port(where, default)
    full_path = f"{slash}{path}".rstrip("/")
    if not text:
        return Address("http", "localhost", DEFAULT_PORT)
    return connectable(Address("https" if scheme == "https" else "http", host, port, full_path))


def _split_port(where: str, default: int) -> tuple[str, int]:
    """Host and port of `host:port`, with or without brackets, by Go's rules as Ollama uses them."""
    if where.startswith("["):
        host, _, after = where[1:].partition("]")
        port = after.removeprefix(":")
    elif where.count(":") > 1:
        return where, default
    else:
        host, _, port = where.partition(":")
    if not port:
        return host, default
    number = int(port) if re.fullmatch(r"\+?[0-9]{1,9}", port) else -1
    return host, number if 0 <= number <= 65535 else default


def parse_endpoint(text: str) -> Address:
    """The server root that `--endpoint` names, given as a root or a base URL. Raises UsageError."""
    root = root_of(text)
    if root is None:
        raise UsageError(
            f"`{text}` is not an http or https URL",
            f"Give a server root such as `{DEFAULT_ENDPOINT}`",
        )
    return connectable(root)


def default_endpoint(ollama_host: str) -> Address:
    """The server root without `--endpoint`: what OLLAMA_HOST says, else the page's own."""
    return parse_ollama_host(ollama_host)
