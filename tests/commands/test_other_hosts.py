"""A key goes to the server that its entry names and nowhere else, and no answer brings it out."""

import datetime
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.commands.conftest import Byok
from tests.doubles.faults import fault

pytestmark = pytest.mark.outside

KEY = "sk-live-4Hq8ZtWm2LxP0v"
TOKEN = "Tz81kQw9Lm3Xc7Vb"
VERBS = [
    ("doctor",),
    ("doctor", "--deep", "--verbose"),
    ("test",),
    ("fix", "--dry-run"),
    ("doctor", "--format", "markdown"),
]


def an_entry_at(factory: Path, base_url: str) -> None:
    """The one entry, with a key and a header that carries it too."""
    entry = {
        "displayName": "M", "model": "m:32b", "baseUrl": base_url, "apiKey": KEY,
        "provider": "generic-chat-completion-api", "maxOutputTokens": 1000,
        "extraHeaders": {"Authorization": f"Bearer {KEY}", "X-Key": KEY},
    }  # fmt: skip
    (factory / "settings.json").write_text(json.dumps({"customModels": [entry]}))


@contextmanager
def listener(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server that keeps what it is sent and never answers: its port and those bytes."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with suppress(OSError), line:
                    line.settimeout(2)
                    heard.append(b"")
                    inner = context.wrap_socket(line, server_side=True) if context else line
                    heard.append(inner.recv(65_536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(3)


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("form", ["redirect_302", "redirect_307"])
def test_a_key_follows_no_redirect_and_its_address_is_not_shown(
    byok: Byok, factory: Path, words: tuple[str, ...], form: str
) -> None:
    with listener() as (port, heard):
        location = f"http://127.0.0.1:{port}/login?session={TOKEN}&api_key={KEY}#{TOKEN}"
        with fault(form, location=location) as url:
            an_entry_at(factory, f"{url}/v1")
            texts = [byok(*words, "--timeout", "1")]
            if "--format" not in words:
                texts.append(byok(*words, "--timeout", "1", "--json"))
    assert not any(KEY.encode() in each.partition(b"\n")[2] for each in heard)  # its headers
    assert form == "redirect_307" or not any(heard)
    for ran in texts:
        assert ran.code == 1
        assert KEY not in ran.out + ran.err
        assert TOKEN not in ran.out + ran.err


def expired(folder: Path) -> ssl.SSLContext:
    """The context of a server whose certificate for this machine ended in 2020."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, begin, begin.replace(year=2020))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "one.pem").write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "one.pem")
    return context


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_an_expired_certificate_is_one_sentence_and_no_key_is_sent(
    byok: Byok,
    factory: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = expired(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "one.pem"))  # trusted, were it not so old
    with listener(context) as (port, heard):
        an_entry_at(factory, f"https://localhost:{port}/v1")
        ran = byok(*words, "--timeout", "2")
    assert not any(heard)
    assert ran.code == 1
    assert KEY not in ran.out + ran.err
    told = " ".join((ran.out + ran.err).split())
    assert ("expired" if words == ("doctor",) else "certificate") in told
