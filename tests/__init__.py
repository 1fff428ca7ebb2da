"""Tests of byok, mirroring the package, with the doubles of the outside world beside them."""
