"""Which model runs here, and how well: models held against free memory, and ranked. Pure."""
