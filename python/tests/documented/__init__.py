"""The documented examples of the Python API, one test each, against a seeded emulator."""
