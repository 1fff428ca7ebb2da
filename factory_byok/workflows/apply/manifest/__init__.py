"""The manifest of `byok apply`: a committed file that says what a machine should have."""
