"""byok: makes a developer's own models work in Factory's droid, and proves that they do."""

import gc

__version__ = "0.2.0"

# Importing makes no garbage, but Python looks for some at every 700 objects: a tenth of the start.
gc.set_threshold(50_000)
