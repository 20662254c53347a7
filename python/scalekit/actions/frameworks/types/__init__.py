"""Classes of tools of frameworks."""
