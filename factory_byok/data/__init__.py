"""Small tables that byok stands on, each with its source."""
