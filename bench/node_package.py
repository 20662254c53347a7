"""Compares the Node package with the official SDK and with jose.

Each has its own project in `target/npm`.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from key_server import CRYPTO, key_server
from report import ROOT, output, ratio_row, row, seconds
from turns import ROUNDS, Command, ratios, take_turns

OURS = ROOT / "target/npm/ours"
OFFICIAL = ROOT / "target/npm/official"
PEERS = ROOT / "target/npm/peers"
WORKER = ROOT / "bench/worker.mjs"
MEMORY = "/VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]"

#: The longest delay of the event loop during a call with a response of 1 MB.
BLOCKS = {
    "idle": "an idle event loop: the delay that the machine causes",
    "large": "at most 1: 100 records, the maximum on a page",
    "rows": "at most 1: a tool result with 4000 records",
    "text": "at most 1: a tool result with one text",
    "small": "at most 1: 4000 records, more than the API sends on a page",
    "small_collector": "the part of it that V8's garbage collector takes",
    "parsed": "the same records parsed by V8's JSON parser, 8 KiB per turn",
}


def added_cost(project: Path, package: str, rounds: int) -> tuple[float, float]:
    """Returns the milliseconds and MiB that loading a package adds to an empty Node process."""
    load = f"require(require.resolve({json.dumps(package)}, {{ paths: [{json.dumps(str(project))}] }}));"
    bare, loaded, memory = [], [], []
    for _ in range(rounds):
        # V8 optimizes code in the background, and a short process waits for that at its end.
        bare.append(seconds("node", "--no-opt", "-e", ""))
        loaded.append(seconds("node", "--no-opt", "-e", load))
    for _ in range(5):
        before = int(output("node", "-p", MEMORY))
        memory.append(int(output("node", "-p", f"{load}{MEMORY}")) - before)
    return (statistics.median(loaded) - statistics.median(bare)) * 1000, statistics.median(
        memory
    ) / 1024


def installed(project: Path) -> tuple[int, float]:
    """Returns the number of installed packages and their size in MiB."""
    modules = project / "node_modules"
    packages = json.loads((modules / ".package-lock.json").read_text())["packages"]
    size = sum(
        file.stat().st_size
        for file in modules.rglob("*")
        if file.is_file() and not file.is_symlink()
    )
    return len(packages), size / 2**20


def loading() -> None:
    for project, package, mark, rounds in (
        (OURS, "scalekit-client", "", 15),
        (OFFICIAL, "@scalekit-sdk/node", ".official", 5),
    ):
        milliseconds, mebibytes = added_cost(project, package, rounds)
        packages, size = installed(project)
        goals = (
            ("at most 20", "at most 8", "at most 3", "at most 12") if not mark else (package,) * 4
        )
        row(f"node.import_ms{mark}", milliseconds, "ms", goals[0])
        row(f"node.import_mib{mark}", mebibytes, "MiB", goals[1])
        row(f"node.installed_packages{mark}", packages, "", goals[2])
        row(f"node.installed_mib{mark}", size, "MiB", goals[3])


def node_package() -> None:
    """Measures loading, tokens, webhooks and the event loop delays that large responses cause."""
    loading()
    with key_server(4096) as (url, token_file):

        def side(task: str, project: Path) -> Command:
            return ("node", WORKER, task, url, token_file, project)

        times = take_turns(
            {
                "baseline": (CRYPTO, "verify", token_file, "1"),
                "ours": side("token", OURS),
                "again": side("token_again", OURS),
                "jose": side("token_jose", PEERS),
                "official": side("token_official", OFFICIAL),
            }
        )
        hooks = take_turns(
            {
                "baseline": (CRYPTO, "hmac", "517"),
                "ours": side("webhook", OURS),
                "official": side("webhook_official", OFFICIAL),
            }
        )
        routes = take_turns(
            {name: side(name, OURS) for name in ("route", "route_guarded", "route_first")}
        )
        block = take_turns({kind: side(f"block_{kind}", OURS) for kind in BLOCKS})
    key = "node.validate_token"
    row(
        f"{key}.baseline_us",
        statistics.median(times["baseline"]),
        "us",
        "RSA-2048 by aws-lc-rs, parsed key",
    )
    row(f"{key}_us", statistics.median(times["ours"]), "us", "at most 22: no signature cached")
    ratio_row(f"{key}.ratio", ratios(times, "ours", "baseline"), "")
    row(f"{key}.again_us", statistics.median(times["again"]), "us", "at most 4: signature cached")
    for peer, name in (("jose", "jose"), ("official", "@scalekit-sdk/node")):
        row(f"{key}_us.{peer}", statistics.median(times[peer]), "us", name)
        ratio_row(f"{key}.times.{peer}", ratios(times, peer, "ours"), "compared with ours")
    key = "node.verify_webhook_500"
    row(
        f"{key}.baseline_us",
        statistics.median(hooks["baseline"]),
        "us",
        "HMAC-SHA256 by aws-lc-rs, prepared key",
    )
    row(f"{key}_us", statistics.median(hooks["ours"]), "us", "at most 1.6")
    row(f"{key}_us.official", statistics.median(hooks["official"]), "us", "@scalekit-sdk/node")
    ratio_row(f"{key}.times.official", ratios(hooks, "official", "ours"), "compared with ours")
    key = "node.express_guard"
    row(f"{key}.route_us", statistics.median(routes["route"]), "us", "a route without the guard")
    for name, mark, goal in (
        ("route_guarded", "", "at most 25: the guard adds this to the route, cached session"),
        ("route_first", ".first", "the first request with a cookie in a second"),
    ):
        added = [
            guarded - route for route, guarded in zip(routes["route"], routes[name], strict=True)
        ]
        row(f"{key}{mark}_us", statistics.median(added), "us", goal)
    for kind, description in BLOCKS.items():
        key = f"node.block_{kind}_ms"
        row(key, statistics.median(block[kind]), "ms", description)
        row(
            f"{key}.p90",
            statistics.quantiles(block[kind], n=10)[-1],
            "ms",
            f"the 90th percentile of {ROUNDS} calls",
        )
