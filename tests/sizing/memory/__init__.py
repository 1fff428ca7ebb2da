"""Tests of the memory sums against measurements, logs and laws."""
