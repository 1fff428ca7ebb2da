"""How answers are shown, one output format or screen per file."""
