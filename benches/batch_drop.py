#!/usr/bin/env python3
"""Batch runs over a drop of many documents: the figures of docs/performance.md.

    cargo build --release && python3 benches/batch_drop.py target/release/zhibiao [--large] [--rounds N] [FOLDER] [FILES]

Makes FILES forms (100,000 unless told) in FOLDER (/tmp/zhibiao-drop), in folders of a thousand, each with figures of its own;
with --large 5,000 copies of the public documents of 5 to 49 KB, each with a line of its own (/tmp/zhibiao-drop-large). Reads
them with one worker and with two, each into an empty output folder, then once more with nothing new, and the same documents to
standard output, which keeps no manifest. All that N times (once unless told). Prints wall and CPU seconds, stages, and peak
memory; at the end medians, and what two workers do against one.

Other work on the machine costs a run of two workers more than one of a single worker. What the machine would give to work that
shares nothing is therefore measured beside it: two programs at once, half of the drop each, to standard output. Look at the load
that is printed, too, and give the runs precedence (nice -n -8) where that is allowed.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

FORM = """项目支出绩效自评表
项目名称\t第{n}号村庄道路养护
主管部门\t某县交通运输局\t实施单位\t第{n}工程队
项目资金（万元）\t\t年初预算数\t全年预算数\t全年执行数\t分值\t执行率\t得分
\t年度资金总额\t{a}.00\t{a}.00\t{b}.00\t10\t{r}%\t{s}
一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施
产出指标\t数量指标\t养护里程\t≥{k}公里\t{k}公里\t50\t50\t
效益指标\t社会效益\t受益人口\t≥{p}人\t{p}人\t30\t30\t
满意度指标\t服务对象满意度\t群众满意度\t≥90%\t95%\t10\t10\t
"""


def make(folder: Path, files: int) -> None:
    for n in range(files):
        of = folder / f"{n // 1000:03}"
        of.mkdir(parents=True, exist_ok=True)
        a, share = 100 + n % 900, 80 + n % 21
        b = a * share // 100
        text = FORM.format(n=n, a=a, b=b, r=f"{b / a * 100:.2f}", s=f"{b / a * 10:.2f}", k=10 + n % 90, p=1000 + n)
        (of / f"{n:06}.txt").write_text(text, encoding="utf-8")


def make_large(folder: Path, files: int) -> None:
    seeds = sorted((Path(__file__).parent.parent / "fixtures" / "seeds").glob("*.txt"))
    for n in range(files):
        of = folder / f"{n // 500:03}"
        of.mkdir(parents=True, exist_ok=True)
        text = seeds[n % len(seeds)].read_text(encoding="utf-8")
        (of / f"{n:06}.txt").write_text(f"{text}\n编号：第{n}号\n", encoding="utf-8")


def run(*command: str) -> dict:
    """Wall seconds, CPU seconds and peak memory (the largest process) of a command with its children."""
    # What the run before left to the disk is not to be this one's load.
    os.sync()
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {status >> 8}:\n{errors.decode(errors='replace')[-2000:]}")
    return {"wall": time.monotonic() - began, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}


def side_by_side(program: str, folder: Path) -> float:
    """Wall seconds of two programs that read half of the folder each, at once."""
    folders = sorted(str(one) for one in folder.iterdir())
    halves = folders[: len(folders) // 2], folders[len(folders) // 2 :]
    os.sync()
    began = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    both = [subprocess.Popen([program, "extract", *half, "--jobs", "1"], **quiet) for half in halves]
    for one in both:
        one.wait()
    return time.monotonic() - began


def told(out: Path) -> dict:
    return json.loads((out / "run.json").read_text())


def stages(out: Path) -> str:
    run = told(out)
    spent = {name: round(run[name], 3) for name in ("manifest_seconds", "waiting_for_disk_seconds")}
    workers = {**run["worker_seconds_by_stage"], "peak_mb": run["workers"]["peak_bytes"] >> 20}
    return f"{json.dumps(run['seconds_by_stage'])} {json.dumps(spent)}\n      workers: {json.dumps(workers)}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("files", nargs="?", type=int)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    folder = args.folder or Path("/tmp/zhibiao-drop-large" if args.large else "/tmp/zhibiao-drop")
    if not folder.exists():
        (make_large if args.large else make)(folder, args.files or (5_000 if args.large else 100_000))
    outs = {jobs: folder.with_name(f"{folder.name}-out-{jobs}") for jobs in (1, 2)}
    run(args.program, "extract", str(folder), "--jobs", "2")  # the file system's memory is warm for all
    commands = {
        "standard output, 1 thread": ("--jobs", "1"),
        "-o, 1 worker": ("-o", str(outs[1]), "--jobs", "1"),
        "-o, 2 workers": ("-o", str(outs[2]), "--jobs", "2"),
        "-o, 2 workers, nothing new": ("-o", str(outs[2]), "--jobs", "2"),
    }
    seen: dict = {name: [] for name in commands}
    read: dict = {1: [], 2: []}
    apart = []
    for _ in range(args.rounds):
        for out in outs.values():
            shutil.rmtree(out, ignore_errors=True)
        print(f"load {os.getloadavg()[0]:.1f}\n{'run':<34}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
        for name, command in commands.items():
            one = run(args.program, "extract", str(folder), *command)
            seen[name].append(one)
            print(f"{name:<34}{one['wall']:>9.2f}{one['cpu']:>9.2f}{one['peak_mb']:>9.0f}", flush=True)
            if "-o" in command:
                print("   ", stages(Path(command[1])))
                if not name.endswith("new"):
                    read[int(command[3])].append(told(Path(command[1]))["seconds_by_stage"]["read"])
        apart.append(side_by_side(args.program, folder))
        print(f"{'standard output, two programs':<34}{apart[-1]:>9.2f}", flush=True)
    wall = {name: statistics.median(one["wall"] for one in runs) for name, runs in seen.items()}
    cpu = {name: statistics.median(one["cpu"] for one in runs) for name, runs in seen.items()}
    print("medians:", "; ".join(f"{name}: {wall[name]:.2f} s, {cpu[name]:.2f} s CPU" for name in commands))
    print(f"two programs at once against one: {wall['standard output, 1 thread'] / statistics.median(apart):.2f}")
    print(f"whole run, 2 workers against 1: {wall['-o, 1 worker'] / wall['-o, 2 workers']:.2f}")
    print(f"reading stage, 2 workers against 1: {statistics.median(read[1]) / statistics.median(read[2]):.2f}")
    print(f"CPU with -o, 2 workers, against standard output: {cpu['-o, 2 workers'] / cpu['standard output, 1 thread']:.2f}")


if __name__ == "__main__":
    main()
