#!/usr/bin/env python3
"""Whole commands: start-up with a large vocabulary, and files in, token file out; peers interleaved round by round.

usage: benches/whole.py SETUP_DIR TOKENIZER_NAME CORPUS.txt [--rounds 7]
Start-up is `toktool encode` on one line, process and all; for Hugging Face only reading the file and encoding one line,
without starting Python. Encoding is `toktool encode --format bin`, one document a line, with one and two threads.
"""
import argparse, pathlib, subprocess, tempfile
from common import TOKTOOL, median, timed

p = argparse.ArgumentParser()
p.add_argument("setup"), p.add_argument("tokenizer"), p.add_argument("corpus")
p.add_argument("--rounds", type=int, default=7)
a = p.parse_args()
setup = pathlib.Path(a.setup)
path = setup / "tokenizers" / a.tokenizer / "tokenizer.json"
PEER = """import sys, time
start = time.perf_counter()
from tokenizers import Tokenizer
Tokenizer.from_file(sys.argv[1]).encode("Merhaba dünya").ids
print(time.perf_counter() - start)"""
rows = {"toktool": [], "hf": [], "hf1": [], "encode, 1 thread": [], "encode, 2 threads": []}
size = pathlib.Path(a.corpus).stat().st_size / 1e6
with tempfile.TemporaryDirectory() as work:
    line, out = pathlib.Path(work) / "line.txt", pathlib.Path(work) / "out.bin"
    line.write_text("Merhaba dünya\n")
    for _ in range(a.rounds):
        rows["toktool"].append(timed([TOKTOOL, "encode", line, "-t", path])[0])
        for peer, venv in (("hf", "venv"), ("hf1", "venv1")):
            run = subprocess.run([setup / venv / "bin/python", "-c", PEER, path], capture_output=True, text=True, check=True)
            rows[peer].append(float(run.stdout))
        for threads, name in ((1, "encode, 1 thread"), (2, "encode, 2 threads")):
            rows[name].append(timed([TOKTOOL, "encode", a.corpus, "-t", path, "--format", "bin", "-o", out, "--force", "--threads", threads, "--quiet"])[0])
for name in ("toktool", "hf", "hf1"):
    print(f"start {a.tokenizer:12} {name:8} median {median(rows[name]):.3f} s  least {min(rows[name]):.3f} s")
for name in ("encode, 1 thread", "encode, 2 threads"):
    print(f"{name} {a.tokenizer} {pathlib.Path(a.corpus).name} {size:.0f} MB  median {median(rows[name]):.2f} s  {size / median(rows[name]):.0f} MB/s")
