"""byok's verdicts beside the real droid's, over many servers that each behave in one way."""
