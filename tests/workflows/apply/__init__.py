"""The manifest and its application."""
