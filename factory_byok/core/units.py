"""Bytes and Tokens: whole numbers with a unit, rounded only where they are shown."""

import re
from typing import Final, NewType

Bytes = NewType("Bytes", int)
Tokens = NewType("Tokens", int)
Parameters = NewType("Parameters", int)

GB = 10**9  # the hardware table counts as cards are sold
GIB = 2**30
BILLION = 10**9

# Go's units of time, in seconds
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def show_bytes(size: int) -> str:
    """Shows a size in decimal units with three figures at most: `980 MB`, `24.6 GB`, `128 GB`."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if abs(value) < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 99.95 or unit == "B" else f"{value:.1f} {unit}"


def show_tokens(count: int) -> str:
    """Shows a number of tokens in full with thousands separated: `32,768 tokens`."""
    return f"{count:,} token{'' if count == 1 else 's'}"


def show_parameters(count: int) -> str:
    """Shows how many weights a model has as its makers write it: `32.8B`, `7B`, `268M`."""
    if count >= BILLION:
        return f"{count / BILLION:.1f}".removesuffix(".0") + "B"
    return f"{count / 10**6:.0f}M"


def show_seconds(seconds: float) -> str:
    """Shows a duration as a person reads it: `0.42 s`, `7.1 s`, `48 s`, `2 min 10 s`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"


def go_duration(value: str) -> float | None:
    """The seconds in a program's setting: a Go duration (`10m`, `1h30m`) or whole seconds.

    None for what is neither, which Ollama takes for no value (envconfig/config.go).
    """
    text = value.strip(" \t\"'")
    if re.fullmatch(r"-?[0-9]{1,18}", text):
        return float(text)
    if not re.fullmatch(rf"-?(?:{_PART.pattern})+", text):
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    return -seconds if text.startswith("-") else seconds
