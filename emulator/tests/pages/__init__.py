"""Tests of the emulator's pages in a real browser."""
