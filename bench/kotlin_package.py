"""Compares the Kotlin package with the crypto library, the Rust core, the JDK and nimbus-jose-jwt.

`scripts/bench` compiles the programs if a JDK and Maven are installed.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

from key_server import CRYPTO, key_server
from report import ROOT, ratio_row, row, seconds
from tokens import COUNT
from turns import Command, ratios, take_turns
from webhooks import PREFIX

CORE = ROOT / "target/release/core"
CLASSES = ROOT / "target/bench/java"
CLASS_PATH = CLASSES / "classpath"
JAR = ROOT / "target/kotlin/build/scalekit-client-0.1.0.jar"
LIBRARY = ROOT / "target/native/libscalekit_uniffi.so"
MB = 10**6
Side = Callable[..., Command]


def java(program: str, *arguments: str | Path) -> Command:
    class_path = f"{CLASSES}:{CLASS_PATH.read_text().strip()}"
    return ("java", "-cp", class_path, program, *map(str, arguments))


def kotlin_package() -> None:
    if not CLASS_PATH.exists():
        print("kotlin: left out, because a JDK or Maven is missing")
        return
    sizes()
    cold_start()
    with key_server(COUNT) as (url, token_file):

        def side(task: str, *more: str) -> Command:
            return java("Worker", task, url, token_file, *more)

        token_rows(side, (CRYPTO, "verify", token_file), (CORE, token_file))
        webhook_rows(side)


def sizes() -> None:
    if LIBRARY.exists():
        row("kotlin.library_mb", LIBRARY.stat().st_size / MB, "MB", "at most 4 MB")
    row("kotlin.jar_mb", JAR.stat().st_size / MB, "MB", "at most 5 MB")


def cold_start() -> None:
    """Measures the time that the first call adds to an empty program."""
    times = {"Empty": [], "FirstCall": []}
    for _ in range(11):
        for program, measured in times.items():
            measured.append(seconds(*java(program)) * 1000)
    empty, call = (statistics.median(measured) for measured in times.values())
    row("kotlin.first_call_ms", call - empty, "ms", "at most 250: a cold JVM, one call")


def token_rows(side: Side, baseline: Command, core: Command) -> None:
    times = take_turns(
        {
            "baseline": (*baseline, "1"),
            "core": core,
            "ours": side("token"),
            "again": side("token_again"),
            "nimbus": side("token_nimbus"),
            "jdk": side("rsa"),
        }
    )
    two = take_turns(
        {
            "baseline": (*baseline, "1"),
            "baseline_together": (*baseline, "2"),
            "one": side("token"),
            "together": side("token", "2"),
        }
    )
    key = "kotlin.validate_token"
    median = {name: statistics.median(values) for name, values in times.items()}
    row(f"{key}.baseline_us", median["baseline"], "us", "RSA-2048 by aws-lc-rs, parsed key")
    row(f"{key}.baseline_us.jdk", median["jdk"], "us", "RSA-2048 by the JDK, parsed key")
    row(f"{key}_us", median["ours"], "us", "no signature cached")
    ratio_row(f"{key}.ratio", ratios(times, "ours", "baseline"), "at most 1.25, of aws-lc-rs")
    ratio_row(f"{key}.ratio.jdk", ratios(times, "ours", "jdk"), "of the JDK")
    row(f"{key}_us.nimbus", median["nimbus"], "us", "nimbus-jose-jwt")
    ratio_row(f"{key}.times.nimbus", ratios(times, "nimbus", "ours"), "compared with ours")
    row(f"{key}.again.core_us", median["core"], "us", "the Rust core: signature cached")
    row(f"{key}.again_us", median["again"], "us", "signature cached")
    ratio_row(f"{key}.again.ratio", ratios(times, "again", "core"), "at most 2, of the Rust core")
    ratio_row(f"{key}.two_threads.ratio", ratios(two, "one", "together"), "at least 1.8")
    ratio_row(
        f"{key}.two_threads.ratio.baseline",
        ratios(two, "baseline", "baseline_together"),
        "two threads of the baseline",
    )


def webhook_rows(side: Side) -> None:
    times = take_turns(
        {
            "baseline": (CRYPTO, "hmac", str(500 + PREFIX)),
            "jdk": side("hmac"),
            "ours": side("webhook"),
        }
    )
    key = "kotlin.verify_webhook_500"
    median = {name: statistics.median(values) for name, values in times.items()}
    row(f"{key}.baseline_us", median["baseline"], "us", "HMAC-SHA256 by aws-lc-rs, prepared key")
    row(f"{key}.baseline_us.jdk", median["jdk"], "us", "HMAC-SHA256 by the JDK, prepared key")
    row(f"{key}_us", median["ours"], "us", "")
    ratio_row(f"{key}.ratio", ratios(times, "ours", "baseline"), "at most 3.5")
