"""The cost of importing the package: time, memory and disk space."""

from __future__ import annotations

import re
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


def size_mib(python: Path) -> float:
    """Returns the size of the installed packages in MiB, without pip and setuptools."""
    site = Path(
        output(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
    )
    files = (file for file in site.rglob("*") if file.is_file())
    counted = (
        file
        for file in files
        if not re.match(
            r"(pip|setuptools|pkg_resources|_distutils)",
            file.relative_to(site).parts[0],
        )
    )
    return sum(file.stat().st_size for file in counted if "__pycache__" not in file.parts) / 2**20


def importing() -> None:
    milliseconds, mebibytes = added_cost(PYTHON, "import scalekit")
    row("python.import_ms", milliseconds, "ms", "at most 30")
    row("python.import_mib", mebibytes, "MiB", "at most 8")
    row("python.installed_mib", size_mib(PYTHON), "MiB", "at most 15")
    if OFFICIAL.exists():
        milliseconds, mebibytes = added_cost(OFFICIAL, "import scalekit", rounds=5)
        row("python.import_ms.official", milliseconds, "ms", "scalekit-sdk-python")
        row("python.import_mib.official", mebibytes, "MiB", "scalekit-sdk-python")
        row("python.installed_mib.official", size_mib(OFFICIAL), "MiB", "scalekit-sdk-python")
