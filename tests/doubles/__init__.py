"""Stand-ins for the outside world: Ollama, broken wires, a real engine and the real droid."""
