"""What verbs do in steps."""
