"""Tests of models held against free memory."""
