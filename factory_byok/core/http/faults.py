"""httpcore's exceptions as NoAnswer, each with a kind and one sentence."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore

from factory_byok.core.http.deadline import Deadline, NoAnswer


@contextmanager
def faults(clock: Deadline) -> Iterator[None]:
    """Turns httpcore's exceptions into NoAnswer with a kind and one sentence."""
    try:
        yield
    except httpcore.TimeoutException:
        raise clock.passed() from None
    except httpcore.LocalProtocolError:
        raise NoAnswer("url", _unsendable("header")) from None
    except (httpcore.ProxyError, httpcore.ProtocolError) as error:
        raise NoAnswer("protocol", _protocol_words(str(error))) from None
    except (httpcore.NetworkError, OSError) as error:
        raise _network_fault(error) from None
    except (ValueError, TypeError, ImportError) as error:  # a header, URL or proxy of no use
        raise NoAnswer("url", _unsendable(str(error))) from None


def _unsendable(said: str) -> str:
    """Why no request could be made, without a library's words or what they repeat."""
    if "proxy" in said.lower() or "socks" in said.lower():
        return "The proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names is no http or https URL"
    if "encode" in said or "header" in said.lower():
        return "A header or the key holds a character that HTTP cannot carry"
    return "The address is of no use"


def _protocol_words(said: str) -> str:
    """What broke in the reply, in words that do not name the library's classes."""
    if "Receive buffer too long" in said:
        return "The reply's headers do not end"
    if "without sending a response" in said:
        return "The connection was closed without a reply"
    if "incomplete" in said or "without sending complete" in said:
        return "The connection was closed in the middle of the reply"
    return "What came back is not HTTP"


def _network_fault(error: BaseException) -> NoAnswer:
    """The NoAnswer for an operating system's error, found along the chain of causes."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NoAnswer("certificate", f"Its certificate is not valid: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or "").lower().replace("_", " ") or "the handshake failed"
        return NoAnswer("tls", f"TLS failed: {reason}")
    if isinstance(cause, socket.gaierror):
        return NoAnswer("dns", "The host name is not known")
    if isinstance(cause, ConnectionRefusedError):
        return NoAnswer("refused", "The connection was refused")
    if isinstance(cause, ConnectionError):
        return NoAnswer("reset", "The connection was cut")
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
    return NoAnswer("unreachable", f"The server cannot be reached: {reason.lower()}")
