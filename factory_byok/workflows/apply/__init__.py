"""Brings a machine to what a manifest says: planned whole, then done in the order of need."""
