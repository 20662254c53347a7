"""The emulator's pages in a real browser."""
