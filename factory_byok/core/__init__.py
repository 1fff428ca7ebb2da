"""What every room stands on: facts, findings, units, errors, the world, HTTP."""
