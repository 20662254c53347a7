"""Helpers for the messages of the API."""
