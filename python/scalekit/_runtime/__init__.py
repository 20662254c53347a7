"""Internals of the package. Applications import nothing from here."""
