"""Tests of the tables that byok stands on."""
