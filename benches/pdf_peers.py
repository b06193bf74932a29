#!/usr/bin/env python3
"""PDF: the program against other readers, in one run, on whole books.

    cargo build --release
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r fixtures/pdf/requirements.txt pdfplumber pypdfium2 pymupdf
    /tmp/peers/bin/python fixtures/pdf/make_book.py /tmp/books
    /tmp/peers/bin/python benches/pdf_peers.py /tmp/books/*.pdf

Prints pages a CPU second (user and system, one thread, the best of three, or of one where it is slow) and peak memory,
each reader in a process of its own, its start included. The program goes all the way to tables and to records;
pdfplumber and PyMuPDF to tables; PDFium to bare text. A reader that is not installed is left out.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
PATIENCE = 20  # seconds after which no further round begins

# In a small process of its own: a child's peak memory begins with what its parent had when it was started.
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""

PEERS = {
    "pdfplumber, tables": """
import sys, pdfplumber
with pdfplumber.open(sys.argv[1]) as book:
    for page in book.pages[: int(sys.argv[2])]:
        page.extract_tables()
        page.close()
""",
    "PyMuPDF, tables": """
import sys, pymupdf
book = pymupdf.open(sys.argv[1])
for number in range(min(int(sys.argv[2]), len(book))):
    for table in book[number].find_tables():
        table.extract()
""",
    "PDFium, bare text": """
import sys, pypdfium2
book = pypdfium2.PdfDocument(sys.argv[1])
for number in range(min(int(sys.argv[2]), len(book))):
    book[number].get_textpage().get_text_bounded()
""",
}


def run(*command):
    """CPU seconds and peak memory in MB of one run; None where it fails."""
    told = subprocess.run([sys.executable, "-S", "-c", MEASURE, *map(str, command)], stdout=subprocess.PIPE, text=True)
    code, seconds, megabytes = told.stdout.split()
    return (float(seconds), float(megabytes)) if code in ("0", "1") else None


def best(*command):
    begun, least = time.monotonic(), None
    for _ in range(ROUNDS):
        measured = run(*command)
        if measured is None:
            return None
        least = min(least or measured, measured)
        if time.monotonic() - begun > PATIENCE:
            break
    return least


def pages(path):
    import pypdfium2

    return len(pypdfium2.PdfDocument(str(path)))


def line(name, count, measured, ours=None):
    if measured is None:
        print(f"  {name:28} failed or not installed")
        return
    seconds, megabytes = measured
    ratio = f"   zhibiao's records are {seconds / ours:6.1f} × as fast" if ours else ""
    print(f"  {name:28} {count / seconds:9.1f} pages/s {seconds:8.3f} s {megabytes:7.0f} MB{ratio}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", nargs="+", type=Path)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/zhibiao")
    parser.add_argument("--peer-pages", type=int, default=40, help="pages that the slow readers are given [40]")
    arguments = parser.parse_args()
    for book in arguments.books:
        count = pages(book)
        print(f"{book.name}, {count} pages")
        records = best(arguments.program, "extract", book, "--jobs", "1")
        line("zhibiao, records", count, records)
        line("zhibiao, tables", count, best(arguments.program, "tables", book))
        for name, script in PEERS.items():
            given = min(count, arguments.peer_pages)
            measured = best(sys.executable, "-c", script, book, given)
            ours = records[0] * given / count if records else None
            line(f"{name}", given, measured, ours)


if __name__ == "__main__":
    main()
