#!/usr/bin/env python3
"""Recognition: the program beside RapidOCR and Tesseract, in one run, on the same pages.

    cargo build --release && make models
    sudo apt-get install tesseract-ocr tesseract-ocr-chi-sim poppler-utils
    python3 -m venv /tmp/rapid && /tmp/rapid/bin/pip install 'rapidocr==3.10.*' onnxruntime
    /tmp/rapid/bin/python benches/ocr_peers.py

Pages of fixtures/pdf (each document by another producer) are drawn in gray at 200 dpi by pdftoppm; what they say is what
pdftotext reads there. Characters: share of the page's characters that were read, wherever they stand, white space left out, width
folded (NFKC), all dashes counted as one; extra: characters read beyond those, as a share of the page's. Numbers: share of the page's
numbers (digits with points, commas and per cent signs) that were read whole; figures set wide, which all three read with spaces between
them (9 2. 6%), count as one number. CPU: user and system seconds a page of a process, its start
and its models' loading included, that reads all pages (Tesseract: a process a page), everything on one core (taskset). Tesseract is asked as is usual for forms, --psm 11.
What is not installed is left out.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unicodedata
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "libreoffice/000_23833484f2666f86", "weasyprint/002_66a8595c7102542c", "typst/003_73137de5e2ab3023",
    "reportlab/004_5ca7f475eea7f975", "weasyprint/005", "reportlab/008", "libreoffice/010", "typst/020", "reportlab/022",
    "libreoffice/027", "weasyprint/035", "libreoffice/040",
]
DASHES = dict.fromkeys(map(ord, "-–—―─−－﹣一_"), "-")
RAPID = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from rapidocr import RapidOCR
engine = RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1})
for path in sys.argv[1:]:
    found = engine(path)
    print(json.dumps(list(found.txts or []), ensure_ascii=False))
"""


def folded(text):
    return unicodedata.normalize("NFKC", text).translate(DASHES)


def characters(lines):
    return collections.Counter(c for line in lines for c in folded(line) if not c.isspace())


def numbers(lines):
    together = (re.sub(r"(?<![\d.,])\d[.,%]?(?: (?:\d[.,%]?|[.,%])(?![\d.,]))+", lambda wide: wide[0].replace(" ", ""), folded(line)) for line in lines)
    found = (number for line in together for number in re.findall(r"\d[\d,.]*%?", line))
    return collections.Counter(number.rstrip(".,") for number in found)


def run(command, **more):
    """Output and CPU seconds of a process on one core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["taskset", "-c", "0", *map(str, command)], capture_output=True, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode(errors="replace")[-400:])
    return done.stdout.decode(), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def zhibiao(program, profile, pages):
    """The program, all the way to records; what it read of a page is in that page's cache. CPU is that of one process for all pages,
    as RapidOCR has it."""
    with tempfile.TemporaryDirectory() as folder:
        inside = pathlib.Path(folder)
        read = []
        for page in pages:
            cache = inside / page.stem
            run([program, "extract", page, "--ocr-profile", profile, "--ocr-cache", cache, "-j", "1"])
            kept = [json.loads(zlib.decompress(file.read_bytes())) for file in cache.rglob("*.z")]
            texts = [["".join(letter["text"] for letter in line["letters"]) for line in one["lines"]] for one in kept]
            read.append(max(texts, key=lambda lines: sum(map(len, lines)), default=[]))
        _, cpu = run([program, "extract", *pages, "--ocr-profile", profile, "--no-ocr-cache", "-j", "1"])
        return read, cpu


def rapid(pages):
    out, cpu = run([sys.executable, "-c", RAPID, *pages])
    return [json.loads(line) for line in out.splitlines() if line.startswith("[")], cpu


def tesseract(pages):
    read, cpu = [], 0.0
    for page in pages:
        out, spent = run(["tesseract", page, "-", "-l", "chi_sim", "--psm", "11"], env=dict(os.environ, OMP_THREAD_LIMIT="1"))
        read.append(out.splitlines())
        cpu += spent
    return read, cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "target/release/zhibiao")
    parser.add_argument("--pages", type=int, default=2, help="first pages of each document")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--show", action="store_true", help="print the numbers that were not read")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages, truth = [], []
        for document in DOCUMENTS:
            pdf = ROOT / f"fixtures/pdf/{document}.pdf"
            base = pathlib.Path(folder) / document.replace("/", "-")
            subprocess.run(["pdftoppm", "-r", str(args.dpi), "-gray", "-png", "-l", str(args.pages), pdf, base], check=True)
            drawn = sorted(base.parent.glob(base.name + "-*.png"))
            for number, page in enumerate(drawn, 1):
                told = subprocess.run(["pdftotext", "-layout", "-f", str(number), "-l", str(number), pdf, "-"],
                                      check=True, capture_output=True, text=True).stdout
                pages.append(page)
                truth.append(told.splitlines())
        print(f"{len(DOCUMENTS)} documents, {len(pages)} pages, {args.dpi} dpi\n")
        print("| | characters | extra | numbers | CPU s a page |\n| --- | --- | --- | --- | --- |")
        engines = {f"zhibiao {profile}": lambda pages, p=profile: zhibiao(args.program, p, pages)
                   for profile in ("fast", "balanced", "accurate")}
        engines |= {"RapidOCR": rapid, "Tesseract chi_sim --psm 11": tesseract}
        for name, engine in engines.items():
            try:
                read, cpu = engine(pages)
            except (RuntimeError, FileNotFoundError) as error:
                print(f"| {name} | {str(error).splitlines()[-1][:80]} | | | |")
                continue
            if len(read) != len(pages):
                print(f"| {name} | not installed, or read nothing | | | |")
                continue
            wanted, found, extra, whole, hit, lost = 0, 0, 0, 0, 0, []
            for told, lines in zip(truth, read):
                want, have = characters(told), characters(lines)
                wanted, found = wanted + want.total(), found + (want & have).total()
                extra += (have - want).total()
                want, have = numbers(told), numbers(lines)
                whole, hit = whole + want.total(), hit + (want & have).total()
                lost += (want - have).elements()
            print(f"| {name} | {100 * found / wanted:.2f} % | {100 * extra / wanted:.2f} % | {hit} of {whole} | {cpu / len(pages):.2f} |",
                  flush=True)
            if args.show:
                print("lost:", *lost)


if __name__ == "__main__":
    main()
