"""Tests of droid's side."""
