"""Exercising a running model as droid does: one exercise per file, in the order of the runner."""
