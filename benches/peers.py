#!/usr/bin/env python3
"""Office files: the program against other readers, in one run; and what two very large files cost.

    cargo build --release
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install python-docx docx2python openpyxl python-calamine 'markitdown[docx,xlsx]'
    /tmp/peers/bin/python benches/peers.py

Prints CPU seconds (user and system, one thread, the best of five, or of fewer where they are slow) for a hundred forms a format. The program goes all the way to
records, its start with reading its patterns included; the others go to cells only, their imports not counted. A
reader that is not installed is left out. The large files are made here, in a temporary folder.
"""

import argparse
import importlib.metadata
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = 100
ROUNDS = 5


def forms(writer):
    """The twelve forms by one writer; the whole reports beside them have longer names."""
    return sorted(path for path in (ROOT / "fixtures/office" / writer).iterdir() if len(path.stem) == 3)


def hundred(folder, writer):
    """A folder of a hundred files, the twelve forms in turn."""
    out = Path(folder) / writer
    out.mkdir()
    found = forms(writer)
    for number in range(FILES):
        path = found[number % len(found)]
        shutil.copy(path, out / f"{number:03}{path.suffix}")
    return out


# In a small process of its own: a child's peak memory begins with what its parent had when it was started.
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def run(program, *arguments):
    """CPU seconds and peak memory in MB of one run."""
    told = subprocess.run([sys.executable, "-S", "-c", MEASURE, program, *arguments], stdout=subprocess.PIPE, text=True)
    code, seconds, megabytes = told.stdout.split()
    if code != "0":
        print(f"  exit code {code}: {' '.join(map(str, arguments))}", file=sys.stderr)
    return float(seconds), float(megabytes)


def best(work):
    """The least of some rounds; no round begins once ten seconds have gone."""
    begun, least = time.monotonic(), float("inf")
    for _ in range(ROUNDS):
        least = min(least, work())
        if time.monotonic() - begun > 10:
            break
    return least


def cpu_of(read, paths):
    start = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - start


def python_docx():
    import docx

    def read(path):
        for table in docx.Document(str(path)).tables:
            for row in table.rows:
                for cell in row.cells:
                    cell.text

    return read


def docx2python():
    from docx2python import docx2python as open_docx

    def read(path):
        with open_docx(str(path)) as document:
            document.body

    return read


def markitdown():
    from markitdown import MarkItDown

    converter = MarkItDown()
    return lambda path: converter.convert(str(path)).text_content


def openpyxl():
    import openpyxl as library

    def read(path):
        for sheet in library.load_workbook(path, data_only=True).worksheets:
            for row in sheet.iter_rows(values_only=True):
                tuple(row)

    return read


def python_calamine():
    import python_calamine as library

    def read(path):
        book = library.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    return read


PEERS = {
    "docx-python-docx": [("python-docx", python_docx), ("docx2python", docx2python), ("markitdown", markitdown)],
    "xlsx-openpyxl": [("python-calamine", python_calamine), ("openpyxl", openpyxl), ("markitdown", markitdown)],
}


def compare(program, folder):
    nothing = Path(folder) / "nothing.txt"
    nothing.write_text("无\n")
    start = best(lambda: run(program, "extract", nothing, "--jobs", "1")[0])
    print(f"start alone: {start:.3f} s\n")
    for writer in (
        "docx-python-docx", "docx-libreoffice", "doc-libreoffice", "rtf-libreoffice", "xlsx-openpyxl", "xlsx-xlsxwriter",
        "xls-xlwt", "ods-odfpy", "html-page",
    ):
        files = hundred(folder, writer)
        ours = best(lambda: run(program, "extract", files, "--jobs", "1")[0])
        print(f"{writer}, {FILES} files\n  zhibiao, to records {ours:8.3f} s, {ours - start:.3f} s without its start")
        for name, make in PEERS.get(writer, []):
            try:
                read = make()
            except ImportError:
                print(f"  {name}: not installed")
                continue
            paths = sorted(files.iterdir())
            read(paths[0])
            seconds = best(lambda: cpu_of(read, paths))
            print(f"  {name} {importlib.metadata.version(name)}, to cells {seconds:8.3f} s")


LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def large_workbook(path, megabytes):
    """Forms of twenty rows one under the other on one sheet, every name different, until the file is large enough."""
    chance = random.Random(1)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    text = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'.format

    def line(number, cells):
        return f'<row r="{number}">' + "".join(text(f"{c}{number}", v) for c, v in zip("ABCDEFG", cells)) + "</row>"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        out.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="a" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        out.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="a" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        out.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="自评" sheetId="1" r:id="a"/></sheets></workbook>',
        )
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            number = 0
            while out.fp.tell() < megabytes << 20 and number < 1_000_000:
                name = "".join(chance.choices(LETTERS, k=8))
                rows = [line(number + 1, [f"{name}项目支出绩效自评表"]), line(number + 2, ["项目名称", name])]
                rows.append(line(number + 3, ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]))
                for row in range(number + 4, number + 19):
                    measure = "".join(chance.choices(LETTERS, k=20))
                    target = chance.randint(1, 10**6)
                    rows.append(line(row, ["产出指标", "数量指标", measure, f"≥{target}个", f"{target + 3}个", "6", "6"]))
                sheet.write("".join(rows).encode())
                number += 20
            sheet.write(b"</sheetData></worksheet>")


def long_document(path, pages):
    """One form a page, the pages as Word marks them."""
    with zipfile.ZipFile(forms("docx-python-docx")[0]) as form, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in form.namelist():
            content = form.read(name)
            if name == "word/document.xml":
                head, body, end = re.fullmatch(r"(?s)(.*<w:body>)(.*?)(<w:sectPr.*)", content.decode()).groups()
                turn = '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>附</w:t></w:r></w:p>'
                content = (head + turn.join([body] * pages) + end).encode()
            out.writestr(name, content)


def large(program, folder):
    book, document = Path(folder) / "large.xlsx", Path(folder) / "long.docx"
    large_workbook(book, 50)
    long_document(document, 1000)
    print("\nlarge files, into a folder of records")
    for path in (book, document):
        seconds, peak = run(program, "extract", path, "--jobs", "1", "-o", Path(folder) / "records")
        print(f"  {path.name}, {path.stat().st_size / 1e6:.1f} MB: {seconds:.2f} s, peak {peak:.0f} MB")


def main():
    sys.stdout.reconfigure(line_buffering=True)
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default=ROOT / "target/release/zhibiao", type=Path)
    arguments.add_argument("--no-large", action="store_true", help="leave the two large files out")
    options = arguments.parse_args()
    if not options.program.exists():
        sys.exit(f"{options.program}: not there; run cargo build --release first")
    with tempfile.TemporaryDirectory() as folder:
        compare(options.program, folder)
        if not options.no_large:
            large(options.program, folder)


if __name__ == "__main__":
    main()
