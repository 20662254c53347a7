"""Differential tests: compare this library with independent ones, using generated input."""
