"""Servers and workers that fork or spawn processes, each with clients of the emulator."""
