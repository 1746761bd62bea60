#!/usr/bin/env python3
"""How training time and memory grow with the text, with threads, and with a bound on memory.

usage: benches/growth.py CORPUS.txt WORK_DIR [--sizes 1,10,100,1000,10000] [--vocab-size 32000] [--rounds 3]
Texts are copies of the corpus in which every fiftieth line has its letters exchanged, differently in each copy: words
never seen before keep coming, as in real text. WORK_DIR needs room for the largest one.
"""
import argparse, pathlib, random, shutil
from common import TOKTOOL, median, timed

p = argparse.ArgumentParser()
p.add_argument("corpus"), p.add_argument("work")
p.add_argument("--sizes", default="1,10,100,1000,10000", help="in MB")
p.add_argument("--vocab-size", default="32000"), p.add_argument("--rounds", type=int, default=3)
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


def row(path, name, threads, rounds, *options):
    runs = []
    for _ in range(rounds):
        out = work / "out"
        shutil.rmtree(out, ignore_errors=True)
        runs.append(timed([TOKTOOL, "train", path, "-o", out, "--pattern", "gpt2", "--vocab-size", a.vocab_size, "--threads", threads, "--quiet", *options])[:3])
    wall, cpu, peak = (median([r[k] for r in runs]) for k in range(3))
    print(f"| {name} | {threads} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |", flush=True)


print("| text | threads | wall s | CPU s | peak MiB |\n|---|---:|---:|---:|---:|")
for size in map(float, a.sizes.split(",")):
    path = work / "text.txt"
    write(path, size * 1e6)
    for threads in (1, 2):
        row(path, f"{size:g} MB", threads, 1 if size >= 1000 else a.rounds)
    if size >= 1000:
        row(path, f"{size:g} MB, --max-memory 256M", 2, 1, "--max-memory", "256M")
    path.unlink()
