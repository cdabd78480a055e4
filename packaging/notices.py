#!/usr/bin/env python3
"""Writes THIRD-PARTY.txt: every crate that is linked into the program, its licence, and the text of that licence.

    packaging/notices.py [--target x86_64-unknown-linux-gnu] > THIRD-PARTY.txt

Asks `cargo metadata`, so that it tells what Cargo.lock builds and nothing else. Crates whose package holds no licence
file are listed with their expression alone; the common texts stand in the package beside this file (LICENSE-APACHE,
LICENSE-MIT). Fails when a crate names no licence.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

FONTS = """Inter and JetBrains Mono (assets/fonts, subsets): SIL Open Font License 1.1, the text is below under "fonts".
Lucide (assets/fonts, a subset): ISC and MIT, the text is below under "fonts".
The fonts of the crate epaint_default_fonts: Ubuntu Font Licence 1.0, SIL Open Font License 1.1, MIT; see that crate's texts."""


def linked(metadata):
    """The packages that normal dependencies reach from the root."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    todo, seen = [metadata["resolve"]["root"]], set()
    while todo:
        package = todo.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])
    seen.discard(metadata["resolve"]["root"])
    return sorted((p for p in metadata["packages"] if p["id"] in seen), key=lambda p: (p["name"], p["version"]))


def texts(package):
    """The licence files of a package, by name."""
    folder = pathlib.Path(package["manifest_path"]).parent
    wanted = ("license", "licence", "copying", "notice", "unlicense", "ofl", "ufl")
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.name.lower().startswith(wanted)]
    return [f.read_text(errors="replace").strip() for f in files if f.stat().st_size < 100_000]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--target", default="x86_64-unknown-linux-gnu")
    target = arguments.parse_args().target
    root = pathlib.Path(__file__).resolve().parent.parent
    answer = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target],
        cwd=root, check=True, capture_output=True,
    )
    packages = linked(json.loads(answer.stdout))
    nameless = [p["name"] for p in packages if not (p["license"] or p["license_file"])]
    if nameless:
        sys.exit(f"no licence is named by: {', '.join(nameless)}")
    users = collections.defaultdict(list)
    print(f"modemscope is built from {len(packages)} crates besides its own code ({target}).\n")
    for package in packages:
        print(f"  {package['name']} {package['version']}: {package['license'] or 'see its licence file'}")
        for text in texts(package):
            users[text].append(f"{package['name']} {package['version']}")
    print(f"\nFonts\n\n{FONTS}\n")
    for text in ("OFL", "LUCIDE"):
        users[(root / f"assets/fonts/{text}.txt").read_text().strip()].append("fonts")
    for text, names in sorted(users.items(), key=lambda item: item[1]):
        print("=" * 100)
        print(f"{', '.join(names)}\n")
        print(f"{text}\n")


if __name__ == "__main__":
    main()
