"""The Node package, beside today's SDK and jose, each in a project of its own below `target/npm`."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from key_server import CRYPTO, key_server
from report import ROOT, output, ratio_row, row, seconds
from turns import ROUNDS, Command, ratios, take_turns

OURS = ROOT / "target/npm/ours"
TODAY = ROOT / "target/npm/today"
PEERS = ROOT / "target/npm/peers"
WORKER = ROOT / "bench/worker.mjs"
MEMORY = "/VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]"

#: How long the event loop is late, at most, in a call with an answer of 1 MB.
BLOCKS = {
    "idle": "an event loop that has nothing to do, by the machine",
    "large": "at most 1: 100 records, the most that a page has",
    "rows": "at most 1: a tool's result of 4000 records",
    "text": "at most 1: a tool's result of one text",
    "small": "at most 1: 4000 records, more than the API sends in a page",
    "small_collector": "of which V8's collector, which copies what is new and alive",
    "parsed": "the same records by V8's own JSON parser, 8 KiB a turn",
}


def above_bare(project: Path, package: str, rounds: int) -> tuple[float, float]:
    """Milliseconds and MiB that loading a package costs above a bare Node, whole processes."""
    load = f"require(require.resolve({json.dumps(package)}, {{ paths: [{json.dumps(str(project))}] }}));"
    bare, loaded, memory = [], [], []
    for _ in range(rounds):
        bare.append(seconds("node", "-e", ""))
        loaded.append(seconds("node", "-e", load))
    for _ in range(5):
        before = int(output("node", "-p", MEMORY))
        memory.append(int(output("node", "-p", f"{load}{MEMORY}")) - before)
    return (statistics.median(loaded) - statistics.median(bare)) * 1000, statistics.median(memory) / 1024


def installed(project: Path) -> tuple[int, float]:
    """Packages, and their size in MiB."""
    modules = project / "node_modules"
    packages = json.loads((modules / ".package-lock.json").read_text())["packages"]
    size = sum(file.stat().st_size for file in modules.rglob("*") if file.is_file() and not file.is_symlink())
    return len(packages), size / 2**20


def loading() -> None:
    for project, package, mark, rounds in (
        (OURS, "scalekit-client", "", 15),
        (TODAY, "@scalekit-sdk/node", ".today", 5),
    ):
        milliseconds, mebibytes = above_bare(project, package, rounds)
        packages, size = installed(project)
        goals = ("at most 20", "at most 8", "at most 3", "at most 12") if not mark else (package,) * 4
        row(f"node.import_ms{mark}", milliseconds, "ms", goals[0])
        row(f"node.import_mib{mark}", mebibytes, "MiB", goals[1])
        row(f"node.installed_packages{mark}", packages, "", goals[2])
        row(f"node.installed_mib{mark}", size, "MiB", goals[3])


def node_package() -> None:
    """Loading, tokens, webhooks, and how long a large answer keeps the event loop."""
    loading()
    with key_server(4096) as (url, made):

        def side(task: str, project: Path) -> Command:
            return ("node", WORKER, task, url, made, project)

        times = take_turns(
            {
                "floor": (CRYPTO, "verify", made, "1"),
                "ours": side("token", OURS),
                "again": side("token_again", OURS),
                "jose": side("token_jose", PEERS),
                "today": side("token_today", TODAY),
            }
        )
        hooks = take_turns(
            {
                "floor": (CRYPTO, "hmac", "517"),
                "ours": side("webhook", OURS),
                "today": side("webhook_today", TODAY),
            }
        )
        block = take_turns({kind: side(f"block_{kind}", OURS) for kind in BLOCKS})
    key = "node.validate_token"
    row(f"{key}.floor_us", statistics.median(times["floor"]), "us", "RSA-2048 by aws-lc-rs, parsed key")
    row(f"{key}_us", statistics.median(times["ours"]), "us", "at most 22: every signature checked")
    ratio_row(f"{key}.ratio", ratios(times, "ours", "floor"), "")
    row(f"{key}.again_us", statistics.median(times["again"]), "us", "at most 4: signature remembered")
    for peer, name in (("jose", "jose"), ("today", "@scalekit-sdk/node")):
        row(f"{key}_us.{peer}", statistics.median(times[peer]), "us", name)
        ratio_row(f"{key}.times.{peer}", ratios(times, peer, "ours"), "as long as ours")
    key = "node.verify_webhook_500"
    row(f"{key}.floor_us", statistics.median(hooks["floor"]), "us", "HMAC-SHA256 by aws-lc-rs, prepared key")
    row(f"{key}_us", statistics.median(hooks["ours"]), "us", "at most 1.6")
    row(f"{key}_us.today", statistics.median(hooks["today"]), "us", "@scalekit-sdk/node")
    ratio_row(f"{key}.times.today", ratios(hooks, "today", "ours"), "as long as ours")
    for kind, what in BLOCKS.items():
        key = f"node.block_{kind}_ms"
        row(key, statistics.median(block[kind]), "ms", what)
        row(
            f"{key}.p90",
            statistics.quantiles(block[kind], n=10)[-1],
            "ms",
            f"the 90th percentile of {ROUNDS} calls",
        )
