"""Tests of the hardware room, with captures of machines that are not here."""
