"""Compares the Swift package with the crypto library and the Rust core.

`scripts/bench` makes a release build of `swift/Benchmarks`, unless `SKIP` contains `swift`.
"""

from __future__ import annotations

import os
import statistics

from key_server import CRYPTO, key_server
from report import ROOT, ratio_row, row
from tokens import COUNT
from turns import Command, ratios, take_turns
from webhooks import PREFIX

CORE = ROOT / "target/release/core"
SWIFT = ROOT / "scripts/swift"
BUILD = ("--package-path", ROOT / "swift", "--scratch-path", ROOT / "target/swift", "-c", "release")


def swift_package() -> None:
    if "swift" in os.environ.get("SKIP", "").split():
        print("swift: left out by SKIP")
        return
    with key_server(COUNT) as (url, token_file):

        def side(task: str) -> Command:
            worker = (SWIFT, "run", *BUILD, "--skip-build", "Benchmarks")
            return (*worker, task, url, token_file)

        times = take_turns(
            {
                "baseline": (CRYPTO, "verify", token_file, "1"),
                "core": (CORE, token_file),
                "ours": side("token"),
                "again": side("token_again"),
            }
        )
        hooks = take_turns(
            {"baseline": (CRYPTO, "hmac", str(500 + PREFIX)), "ours": side("webhook")}
        )
    key = "swift.validate_token"
    median = {name: statistics.median(values) for name, values in times.items()}
    row(f"{key}.baseline_us", median["baseline"], "us", "RSA-2048 by aws-lc-rs, parsed key")
    row(f"{key}_us", median["ours"], "us", "no signature cached")
    ratio_row(f"{key}.ratio", ratios(times, "ours", "baseline"), "at most 1.25")
    row(f"{key}.again.core_us", median["core"], "us", "the Rust core: signature cached")
    row(f"{key}.again_us", median["again"], "us", "signature cached")
    ratio_row(f"{key}.again.ratio", ratios(times, "again", "core"), "at most 2, of the Rust core")
    key = "swift.verify_webhook_500"
    median = {name: statistics.median(values) for name, values in hooks.items()}
    row(f"{key}.baseline_us", median["baseline"], "us", "HMAC-SHA256 by aws-lc-rs, prepared key")
    row(f"{key}_us", median["ours"], "us", "")
    ratio_row(f"{key}.ratio", ratios(hooks, "ours", "baseline"), "at most 3.5")
