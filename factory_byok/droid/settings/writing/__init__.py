"""Writing one of droid's files whole or not at all, and remembering what was replaced."""
