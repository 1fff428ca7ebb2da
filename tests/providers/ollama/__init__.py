"""Ollama's probe, replies, settings, windows and installation."""
