#!/usr/bin/env python3
"""What share of a batch run the manifest takes: a figure of docs/performance.md.

    cargo build --release && nice -n -8 python3 benches/manifest_share.py target/release/zhibiao [--jobs N] [--rounds N] [FOLDER]

Reads FOLDER (/tmp/zhibiao-drop, which benches/batch_drop.py makes) into an empty output folder under `perf record`, which must be
there, and counts the samples of all processes whose innermost telling frame is the manifest's: SQLite, its binding, or the
program's own module around them, with the system calls that they make. What the manifest hands rows to is not counted.
"""
import argparse
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

MANIFEST = ("sqlite3", "rusqlite", "batch::manifest")
# Rows go from the manifest straight into these.
SINK = ("batch::compact", "Store::compact::{{closure}}::{{closure}}", "Tally", "SeenForms")


def stacks(data: Path):
    """Symbols of each sample, innermost first."""
    command = ["perf", "script", "-i", str(data), "--no-inline", "-F", "comm,ip,sym"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for sample in text.split("\n\n"):
        lines = sample.strip().splitlines()[1:]
        if lines:
            yield [line.strip().split(" ", 1)[-1] for line in lines]


def is_manifest(stack: list) -> bool:
    for symbol in stack:
        if any(name in symbol for name in SINK):
            return False
        if any(name in symbol for name in MANIFEST):
            return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", nargs="?", default="/tmp/zhibiao-drop")
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    shares = []
    with tempfile.TemporaryDirectory() as scratch:
        out, data = Path(scratch) / "out", Path(scratch) / "perf.data"
        for _ in range(args.rounds):
            shutil.rmtree(out, ignore_errors=True)
            record = ["perf", "record", "-q", "-F", "900", "--call-graph", "dwarf,16384", "-o", str(data)]
            run = [args.program, "extract", args.folder, "-o", str(out), "--jobs", args.jobs]
            subprocess.run([*record, *run], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            samples = list(stacks(data))
            share = 100 * sum(map(is_manifest, samples)) / len(samples)
            shares.append(share)
            print(f"{share:.2f} % of {len(samples)} samples")
    print(f"median {statistics.median(shares):.2f} %")


if __name__ == "__main__":
    main()
