"""A reply's bytes up to a cap, also of replies that come compressed although byok asks for plain
ones, as droid reads them too.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from factory_byok.core.http.deadline import NoAnswer

_BOTH: Final = zlib.MAX_WBITS + 32  # gzip or zlib, by the first bytes
_UNREADABLE: Final = ("br", "zstd", "compress")
_AT_ONCE: Final = 64 * 1024  # bytes that one step may unfold, so that a bomb is seen in time


def unpacked(chunks: Iterator[bytes], encoding: str, most: int) -> Iterator[bytes]:
    """The body without its compression; an encoding that nobody knows is passed over, as by fetch.

    Raises NoAnswer: `protocol` for what is cut off or cannot be read here, `flood` above the cap.
    """
    if encoding in _UNREADABLE:
        raise NoAnswer("protocol", f"The reply is compressed ({encoding}), which was not asked for")
    plain = _capped(chunks, most)
    packed = encoding in ("gzip", "x-gzip", "deflate")
    return _capped(_unfolded(plain, encoding), most) if packed else plain


def _capped(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The same bytes, while they are no more than `most`."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise NoAnswer("flood", f"The reply is larger than {most:,} bytes")
        yield chunk


def _unfolded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body behind gzip or deflate, a little at a time."""
    packer = zlib.decompressobj(_BOTH)
    try:
        for number, chunk in enumerate(chunks):
            if number == 0 and encoding == "deflate" and chunk[0] & 15 != zlib.DEFLATED:
                packer = zlib.decompressobj(-zlib.MAX_WBITS)  # some send it without its header
            while chunk:
                yield packer.decompress(chunk, _AT_ONCE)
                chunk = packer.unconsumed_tail
    except zlib.error:
        raise NoAnswer("protocol", "The reply is not compressed as it says") from None
    if not packer.eof:
        raise NoAnswer("protocol", "The connection was closed in the middle of the reply")
