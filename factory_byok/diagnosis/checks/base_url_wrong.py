"""The base URL is not what droid needs.

droid appends a path to it as it stands: `/chat/completions` for the generic dialect, `/responses`
for openai, `/v1/messages` for anthropic. So the first two need the `/v1` at the end and the third
must not have it. Some public services have a path of their own before it. droid says nothing: it
retries for 89 seconds and ends with `Exec failed`.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from factory_byok.core.actions import by_edits
from factory_byok.core.addresses import DEFAULT_PORT, parse_address, root_of
from factory_byok.core.facts import Entry, Known, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.diagnosis.answering import is_ollama
from factory_byok.droid.entry_edits import set_field
from factory_byok.providers.hosted import AT_ROOT, RETIRED, UNDOCUMENTED, service_of

TITLE = "Base URLs"
WHAT_TO_DO = (
    "`byok fix base_url_wrong` writes the right one; `byok set ENTRY base_url=URL` when byok "
    "cannot know it"
)
API_PATH = re.compile(
    r"/(?:chat/completions|completions|responses|messages|models|api/(?:chat|generate|tags))/*$"
)
WILDCARDS = ("0.0.0.0", "::", "")
SECRET = re.compile(r"(?<=://)[^/@]*@")
QUERIED = re.compile(r"=[^&#]+")  # the values of a query, which may be keys


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose base URL cannot work, with all that is wrong."""
    for entry in snap.listed():
        if entry.bedrock and not entry.base_url:
            continue
        faults, better = judge(snap, entry)
        speaks = _spoken(entry)
        if speaks and speaks != entry.dialect and entry.id not in snap.chats:
            yield _of_dialect(entry, speaks)
        elif faults:
            shown = QUERIED.sub("=***", SECRET.sub("***@", entry.base_url))
            message = f"Its base URL `{shown}` {' and '.join(faults)}"
            level: Level = "warning" if entry.base_url.rstrip("/") in UNDOCUMENTED else "error"
            yield Finding(level, entry.label, message, _remedy(entry, better))


def _spoken(entry: Entry) -> str:
    """The only dialect that an address can speak for this entry; "" where any may do."""
    address = root_of(entry.base_url)
    path = entry.base_url.rstrip("/").removesuffix("/v1")
    if path.endswith("/anthropic") and "/anthropic." not in path:
        return "anthropic"
    host = address.host if address else ""
    if host == "api.anthropic.com" and entry.dialect == "openai":
        return "anthropic"  # it also serves chat completions, but no `/responses`
    return "openai" if host == "api.openai.com" and entry.dialect == "anthropic" else ""


def _of_dialect(entry: Entry, speaks: str) -> Finding:
    """Another dialect than the entry's stands at its address."""
    message = f"Its base URL `{entry.base_url}` speaks `{speaks}`, not `{entry.dialect}`"
    edit = set_field(entry, "dialect", speaks, entry.dialect)
    return Finding("error", entry.label, message, Remedy(f"Write `{speaks}`", by_edits((edit,))))


def _remedy(entry: Entry, better: str) -> Remedy:
    """The corrected URL where there is one."""
    if not better:
        return Remedy("Write the server's full base URL, such as `http://localhost:11434/v1`")
    edit = set_field(entry, "base_url", better, entry.base_url)
    shown = SECRET.sub("***@", better)
    return Remedy(f"Make it `{shown}`", by_edits((edit,)))


def judge(snap: Snapshot, entry: Entry) -> tuple[list[str], str]:
    """What is wrong with an entry's base URL, as predicates, and the corrected one.

    The correction is "" when byok cannot know it.
    """
    text = entry.base_url.strip()
    faults = ["has spaces around it"] if text != entry.base_url else []
    if not text:
        return ["is empty"], ""
    if "${" in text:
        return [*faults, "holds a variable, which droid does not expand there"], ""
    if re.search(r"\s", text):
        return [*faults, "has a space in it"], ""
    text = _with_scheme(text, faults)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return [*faults, "has no valid host and port"], ""
    if parts.scheme not in ("http", "https"):
        return [*faults, f"has the scheme `{parts.scheme}`, not http or https"], ""
    if not host and port is None:
        return [*faults, "names no host"], ""
    scheme = _scheme(snap, entry, parts.scheme, faults)
    place = _place(parts.netloc, host, port, faults)
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        faults.append("has a query or fragment behind its path")
    found = len(faults)
    path = _path(snap, entry, parts.path, faults)
    right = _of_service(entry, host, parts.path, path)
    if right:
        return [*faults[:found], _not_its(host, right)], right
    return faults, f"{scheme}://{place}{path}"


def _of_service(entry: Entry, host: str, path: str, better: str) -> str:
    """The base URL of a public service whose path is wrong or whose host is gone; "" for others.

    A path counts as wrong when it is unfinished, or the `/v1` that most other servers have; a
    service may have further addresses.
    """
    service = service_of(host)
    if service is None:
        return ""
    right = urlsplit(service.base_url).path
    if host in RETIRED:
        return service.base_url
    if entry.dialect != service.dialect or better.rstrip("/") == right:
        return ""
    bare = API_PATH.sub("", path).rstrip("/")
    unfinished = right.startswith(f"{bare}/") or bare in ("", "/v1", "/api")
    return service.base_url if unfinished and entry.dialect != "anthropic" else ""


def _not_its(host: str, right: str) -> str:
    """The predicate for an address that is not the service's."""
    service = service_of(host)
    who = service.title if service else host
    if host in RETIRED:
        return f"names a host that {who} has given up"
    return f"is not the one that {who} documents, `{right}`"


def _with_scheme(text: str, faults: list[str]) -> str:
    """The URL with `http://` before it when it has no scheme; https for a named host."""
    found = re.match(r"(https?):?/{1,3}(?=[^/])", text, re.IGNORECASE)
    if found and found[0].lower() not in ("http://", "https://"):
        faults.append("has a broken scheme")
        return f"{found[1].lower()}://{text[found.end() :]}"
    if "://" in text:
        return text
    faults.append("has no scheme")
    bare = text.lstrip("/:")
    host = re.split(r"[:/]", bare, maxsplit=1)[0]
    plain = ":" in bare or bare.startswith("[") or "." not in host or re.fullmatch(r"[\d.]+", host)
    return f"{'http' if plain else 'https'}://{bare}"


def _scheme(snap: Snapshot, entry: Entry, scheme: str, faults: list[str]) -> str:
    """http for a server that speaks no TLS, as far as that was seen."""
    address = parse_address(entry.base_url)
    if scheme == "http" and address and service_of(address.host) and _without_port(entry):
        faults.append("says http to a service that speaks https")
        return "https"
    if scheme != "https":
        return scheme
    seen = snap.servers.get(entry.endpoint)
    plain = snap.servers.get(entry.endpoint.replace("https://", "http://", 1))
    local = address is not None and address.loopback and address.port == DEFAULT_PORT
    if isinstance(seen, Known) or not (
        local or isinstance(plain, Known) or (isinstance(seen, Unknown) and seen.kind == "tls")
    ):
        return scheme
    faults.append("says https to a server that speaks plain http")
    return "http"


def _without_port(entry: Entry) -> bool:
    """Whether a base URL names no port of its own."""
    return urlsplit(entry.base_url).port is None


def _place(netloc: str, host: str, port: int | None, faults: list[str]) -> str:
    """Host and port, with a wildcard or no host replaced by this machine."""
    if host not in WILDCARDS:
        return netloc
    faults.append(f"names the wildcard `{host}` as its host" if host else "names no host")
    return "localhost" if port is None else f"localhost:{port}"


def _path(snap: Snapshot, entry: Entry, path: str, faults: list[str]) -> str:
    """The path that droid can append to; one slash at the end does no harm."""
    single = re.sub(r"/{2,}", "/", path)
    if single != path:
        faults.append("has a doubled slash")
    base = API_PATH.sub("", single)
    if base != single:
        faults.append("is a full path, to which droid appends its own")
    if entry.dialect == "anthropic":
        if base.rstrip("/").endswith("/v1"):
            faults.append("ends in `/v1`, which droid adds itself for anthropic")
            base = base.rstrip("/").removesuffix("/v1")
        return base
    address = root_of(entry.base_url)
    if address and address.host.endswith(".openai.azure.com") and "/deployments/" in base:
        # learn.microsoft.com, "Azure OpenAI v1 API": its model is the deployment's name
        faults.append("is of Azure's API by deployments, which wants an `api-version`")
        return "/openai/v1"
    bare = base.rstrip("/") in ("", "/api")
    wrong = bare if base.rstrip("/") == "" or is_ollama(snap, entry) else False
    if entry.id in snap.chats or (address and address.host in AT_ROOT):
        return base  # a chat stands where droid asks for it
    if wrong:
        if base == single:
            faults.append("lacks `/v1` at its end")
        return "/v1"
    return base
