"""Memory sums, fitting, catalogue, hardware table, recommendation."""
