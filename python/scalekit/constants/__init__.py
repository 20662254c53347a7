"""Constants of the OAuth flows."""
