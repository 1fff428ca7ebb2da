"""Ollama: its probe, replies, calls, settings, windows, and how it is installed here."""
