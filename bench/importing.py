"""The cost of importing the package: time, memory and disk space."""

from __future__ import annotations

import statistics
from pathlib import Path

from report import OFFICIAL, PYTHON, output, row, seconds

# Prints the peak memory in KiB. getrusage is not suitable: a process inherits the maximum of its
# parent.
MEMORY = (
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)


def added_cost(python: Path, statement: str, rounds: int = 15) -> tuple[float, float]:
    """Returns the milliseconds and MiB that a statement adds to an empty Python process."""
    bare, loaded, memory = [], [], []
    for _ in range(rounds):
        bare.append(seconds(python, "-c", "pass"))
        loaded.append(seconds(python, "-c", statement))
    for _ in range(5):
        memory.append(
            int(output(python, "-c", f"{statement}\n{MEMORY}")) - int(output(python, "-c", MEMORY))
        )
    return (statistics.median(loaded) - statistics.median(bare)) * 1000, statistics.median(
        memory
    ) / 1024


# Prints the number of bytes of a package and of the packages that it requires without extras.
SIZE = """
import importlib.metadata, re, sys
def files(name, seen):
    if name not in seen:
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            return # a requirement for other versions of Python
        for file in distribution.files:
            if "__pycache__" not in file.parts and file.locate().exists():
                yield file.locate().stat().st_size
        for requirement in distribution.requires or []:
            if "extra ==" not in requirement:
                yield from files(re.match("[A-Za-z0-9._-]+", requirement)[0].lower(), seen)
print(sum(files(sys.argv[1], set())))
"""


def size_mib(python: Path, package: str) -> float:
    """Returns the installed size of a package and its requirements in MiB."""
    return int(output(python, "-c", SIZE, package)) / 2**20


def importing() -> None:
    milliseconds, mebibytes = added_cost(PYTHON, "import scalekit")
    row("python.import_ms", milliseconds, "ms", "at most 30")
    row("python.import_mib", mebibytes, "MiB", "at most 8")
    row("python.installed_mib", size_mib(PYTHON, "scalekit-client"), "MiB", "at most 15")
    if OFFICIAL.exists():
        milliseconds, mebibytes = added_cost(OFFICIAL, "import scalekit", rounds=5)
        row("python.import_ms.official", milliseconds, "ms", "scalekit-sdk-python")
        row("python.import_mib.official", mebibytes, "MiB", "scalekit-sdk-python")
        row(
            "python.installed_mib.official",
            size_mib(OFFICIAL, "scalekit-sdk-python"),
            "MiB",
            "scalekit-sdk-python",
        )
