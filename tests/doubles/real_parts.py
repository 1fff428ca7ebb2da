"""Skip a test whose real part is absent, except where absence is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip with the reason; fail instead when `BYOK_REQUIRE_REAL_PARTS=1` (CI sets it)."""
    if os.environ.get("BYOK_REQUIRE_REAL_PARTS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
