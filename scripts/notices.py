#!/usr/bin/env python3
"""Writes the third-party notices and SBOMs of the packages: notices.py [--check].

Each native artifact links the crates that `cargo tree` lists for the released platforms. Their
license texts are in the sources that cargo has downloaded. With --check, only compares the files.
"""

from __future__ import annotations

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGETS = [
    f"{cpu}-{system}"
    for cpu in ("x86_64", "aarch64")
    for system in ("unknown-linux-gnu", "unknown-linux-musl", "apple-darwin", "pc-windows-msvc")
]
APPLE = [*TARGETS, "aarch64-apple-ios"]
# The crate of each artifact, its targets, and the folder of its files.
ARTIFACTS = {
    "scalekit-python": (TARGETS, "python"),
    "scalekit-node": (TARGETS, "node"),
    "scalekit-emulator": (TARGETS, "emulator"),
    "scalekit-uniffi": (APPLE, "kotlin"),
}
# Wheels contain an SBOM.
SBOMS = {"scalekit-python", "scalekit-emulator"}
# If a crate has several licenses to choose from, the first of these is used. One text of the Apache
# license serves all crates.
PREFERRED = ["Apache-2.0", "MIT", "ISC", "BSD-3-Clause", "Unicode-3.0", "MPL-2.0", "Zlib"]
OTHERS = """\
The Rust standard library (https://github.com/rust-lang/rust), The Rust Project Developers:
MIT OR Apache-2.0.

The interface definitions google/api (https://github.com/googleapis/googleapis), Google LLC:
Apache-2.0.

The interface definitions buf/validate (https://github.com/bufbuild/protovalidate), Buf
Technologies, Inc.: Apache-2.0.
"""
MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def cargo(*arguments: str) -> str:
    return subprocess.run(
        ["cargo", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def linked(crate: str, targets: list[str]) -> set[tuple[str, str]]:
    """Returns names and versions of the crates that an artifact links."""
    options = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--locked"]
    for target in targets:
        options += ["--target", target]
    lines = cargo("tree", "-p", crate, *options, "--format", "{p}").splitlines()
    return {(name, version[1:]) for name, version in (line.split()[:2] for line in lines if line)}


def chosen(expression: str) -> list[str]:
    """Returns the licenses of an SPDX expression that have to be met."""
    # A slash is the old form of OR.
    expression = re.sub(r"\s*/\s*", " OR ", expression)
    licenses = []
    for part in re.split(r"\s+AND\s+(?![^(]*\))", expression):
        options = re.split(r"\s+OR\s+", part.strip("()"))
        known = [license for license in PREFERRED if license in options]
        licenses.append(known[0] if known else options[0])
    return sorted(set(licenses))


def is_apache(text: str) -> bool:
    """Returns `True` for the text of the Apache license, without additions."""
    return (
        "Apache License" in text[:400]
        and text.endswith(("License.", "CONDITIONS"))
        and "LLVM" not in text
    )


def texts(package: dict) -> tuple[list[str], bool]:
    """Returns the license texts of a crate, and whether the Apache license is one of them."""
    licenses = chosen(package["license"])
    apache = "Apache-2.0" in licenses
    folder = pathlib.Path(package["manifest_path"]).parent
    prefixes = ("license", "licence", "copying", "notice")
    found = [
        path.read_text(encoding="utf-8").replace("\r\n", "\n").strip("\n")
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name.lower().startswith(prefixes)
    ]
    notices = [path.read_text(encoding="utf-8") for path in folder.glob("NOTICE*")]
    if licenses == ["Apache-2.0"]:
        return notices, True
    others = [text for text in found if not is_apache(text)]
    if not others and licenses == ["MIT"]:
        authors = ", ".join(package["authors"]) or f"The {package['name']} developers"
        others = [f"Copyright (c) {authors}\n\n{MIT}"]
    if not others and licenses == ["MPL-2.0"]:
        others = [(ROOT / "scripts/licenses/MPL-2.0.txt").read_text(encoding="utf-8")]
    if not others:
        raise SystemExit(f"notices: {package['name']} has no license file for {licenses}")
    return others, apache


def notices(packages: list[dict]) -> str:
    """Returns the text of a notices file."""
    users = collections.defaultdict(list)
    for package in packages:
        title = f"{package['name']} {package['version']}"
        found, apache = texts(package)
        for text in found:
            users[text].append(title)
        if apache:
            users["Apache-2.0"].append(title)
    lines = [
        "This package contains the following third-party software. The texts of the licenses follow.",
        "",
        OTHERS,
    ]
    for package in packages:
        source = package["repository"] or f"https://crates.io/crates/{package['name']}"
        lines.append(f"{package['name']} {package['version']} ({source}): {package['license']}")
    for text, crates in sorted(users.items(), key=lambda item: (item[1], item[0])):
        if text == "Apache-2.0":
            continue
        lines += ["", "=" * 80, f"License of {', '.join(crates)}:", "", text.strip("\n")]
    apache = (ROOT / "LICENSE-APACHE").read_text(encoding="utf-8").strip("\n")
    lines += [
        "",
        "=" * 80,
        "Apache License 2.0, for the Rust standard library, google/api, buf/validate and "
        f"{', '.join(users['Apache-2.0'])}:",
        "",
        apache,
    ]
    return "\n".join(lines) + "\n"


def sbom(crate: str, packages: list[dict], nodes: dict, checksums: dict) -> str:
    """Returns a CycloneDX SBOM without paths and times, so that it only depends on Cargo.lock."""
    reference = {
        package["id"]: f"pkg:cargo/{package['name']}@{package['version']}" for package in packages
    }

    def component(package: dict) -> dict:
        checksum = checksums.get((package["name"], package["version"]))
        expression = re.sub(r"\s*/\s*", " OR ", package["license"])
        return {
            "type": "library",
            "bom-ref": reference[package["id"]],
            "name": package["name"],
            "version": package["version"],
            **({"hashes": [{"alg": "SHA-256", "content": checksum}]} if checksum else {}),
            "licenses": [{"expression": expression}],
            "purl": reference[package["id"]],
        }

    def dependencies(package: dict) -> dict:
        found = {dependency["pkg"] for dependency in nodes[package["id"]]["deps"]}
        return {
            "ref": reference[package["id"]],
            "dependsOn": sorted(reference[id] for id in found if id in reference),
        }

    [root] = [package for package in packages if package["name"] == crate]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(root)},
        "components": [component(package) for package in packages if package is not root],
        "dependencies": [dependencies(package) for package in packages],
    }
    return json.dumps(document, indent=1) + "\n"


def main() -> None:
    check = sys.argv[1:] == ["--check"]
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked"))
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    checksums = {
        (name, version): checksum
        for name, version, checksum in re.findall(
            r'name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"', lock
        )
    }
    files = {}
    for crate, (targets, folder) in ARTIFACTS.items():
        used = linked(crate, targets)
        packages = sorted(
            (
                package
                for package in metadata["packages"]
                if (package["name"], package["version"]) in used
            ),
            key=lambda package: (package["name"], package["version"]),
        )
        third_party = [package for package in packages if package["source"]]
        files[f"{folder}/THIRD-PARTY-NOTICES"] = notices(third_party)
        if crate in SBOMS:
            files[f"{folder}/{crate}.cdx.json"] = sbom(crate, packages, nodes, checksums)
    different = []
    for name, text in files.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            different.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and different:
        raise SystemExit(f"Run `make notices`: {', '.join(different)} differ from Cargo.lock.")


if __name__ == "__main__":
    main()
