"""The guided path of `byok setup`: from an empty machine to a model that answered a tool call."""
