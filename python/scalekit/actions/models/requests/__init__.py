"""Models of arguments."""
