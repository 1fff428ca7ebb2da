"""Collecting, examining and advising."""
