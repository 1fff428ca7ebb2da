"""byok: makes a developer's own models work in Factory's droid, and proves that they do."""

__version__ = "0.1.0"
