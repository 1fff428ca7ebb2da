"""Whole verbs, run in this process as a user would type them."""
