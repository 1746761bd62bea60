#!/usr/bin/env python3
"""How time and memory grow with the text, with threads, and with a bound on memory.

usage: benches/growth.py CORPUS.txt WORK_DIR [--command train|count] [--sizes 1,10,100,1000,10000] [--rounds 5]
                         [--bound 256M]
Texts are copies of the corpus in which every fiftieth line has its letters exchanged, differently in each copy: words
never seen before keep coming, as in real text. From 1 GB on there is one round. WORK_DIR needs room for the largest text.
"""
import argparse, pathlib, random, shutil
from common import TOKTOOL, median, timed

p = argparse.ArgumentParser()
p.add_argument("corpus"), p.add_argument("work")
p.add_argument("--command", choices=["train", "count"], default="train")
p.add_argument("--sizes", default="1,10,100,1000,10000", help="in MB")
p.add_argument("--rounds", type=int, default=5), p.add_argument("--bound", default="256M")
a = p.parse_args()
work = pathlib.Path(a.work)
work.mkdir(parents=True, exist_ok=True)
lines = pathlib.Path(a.corpus).read_bytes().splitlines(keepends=True)
letters = bytes(range(ord("a"), ord("z") + 1))


def write(path, size):
    """`size` bytes of text, up to a line end."""
    left, copy, draw = size, 0, random.Random(0)
    with open(path, "wb", buffering=1 << 20) as out:
        while left > 0:
            table = bytes.maketrans(letters, bytes(draw.sample(letters, len(letters)))) if copy else None
            for n, line in enumerate(lines):
                out.write(line.translate(table) if table and n % 50 == copy % 50 else line)
                left -= len(line)
                if left <= 0:
                    break
            copy += 1


def row(path, size, threads, *options):
    runs = []
    fixed = ["--vocab-size", "32000"] if a.command == "train" else []
    for _ in range(a.rounds if size < 1000 else 1):
        out = work / ("out" if a.command == "train" else "out.parquet")
        shutil.rmtree(out) if out.is_dir() else out.unlink(missing_ok=True)
        runs.append(timed([TOKTOOL, a.command, path, "-o", out, "--pattern", "gpt2", "--threads", threads, "--quiet", *fixed, *options])[:3])
    wall, cpu, peak = (median([r[k] for r in runs]) for k in range(3))
    print(f"| {' '.join([a.command, *options])} | {size:g} MB | {threads} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |", flush=True)


print("| command | text | threads | wall s | CPU s | peak MiB |\n|---|---|---:|---:|---:|---:|")
for size in map(float, a.sizes.split(",")):
    path = work / "text.txt"
    write(path, size * 1e6)
    row(path, size, 1)
    row(path, size, 2)
    if size >= 100:
        row(path, size, 2, "--max-memory", a.bound)
    path.unlink()
