"""The ground: addresses, HTTP, names, serialization."""
