"""Pure sums: what a model needs in memory at a window, and where it would land."""
