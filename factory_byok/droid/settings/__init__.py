"""droid's settings files: where they are, what they say, what droid makes of them."""
