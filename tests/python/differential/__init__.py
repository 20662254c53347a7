"""Differential tests: generated input, judged by us and by independent libraries under the same rules."""
