#!/usr/bin/env python3
"""Training time and memory, whole process, peers interleaved round by round.

usage: benches/train.py SETUP_DIR CORPUS.txt [--rounds 5] [--vocab-size 32000] [--threads 2] [--skip-hf]
Prints one row a trainer: medians, ratios to Hugging Face, and whether the merge lists agree.
"""
import argparse, json, pathlib, tempfile
from common import TOKTOOL, median, merges_of, timed

p = argparse.ArgumentParser()
p.add_argument("setup"), p.add_argument("corpus")
p.add_argument("--rounds", type=int, default=5), p.add_argument("--vocab-size", type=int, default=32000)
p.add_argument("--threads", type=int, default=2), p.add_argument("--skip-hf", action="store_true")
a = p.parse_args()
python = pathlib.Path(a.setup) / "venv/bin/python"
here = pathlib.Path(__file__).parent
size_mb = pathlib.Path(a.corpus).stat().st_size / 1e6
with tempfile.TemporaryDirectory() as work:
    def peer(name):
        return lambda out: ([python, here / "train_peer.py", name, a.corpus, a.vocab_size, out, a.threads], out)
    def own(out):
        folder = pathlib.Path(out).with_suffix("")
        return ([TOKTOOL, "train", a.corpus, "-o", folder, "--pattern", "gpt2", "--vocab-size", a.vocab_size, "--threads", a.threads, "--quiet", "--force"], folder / "tokenizer.json")
    trainers = {"toktool": own, "gigabpe": peer("gigabpe")} | ({} if a.skip_hf else {"hf": peer("hf")})
    rows = {name: [] for name in trainers}
    written = {}
    for n in range(a.rounds):
        for name, make in trainers.items():
            command, written[name] = make(f"{work}/{name}{n}.json")
            rows[name].append(timed(command, RAYON_NUM_THREADS=str(a.threads))[:3])
            print(json.dumps({"round": n, "trainer": name, "wall": round(rows[name][-1][0], 3), "cpu": round(rows[name][-1][1], 3), "peak_mib": round(rows[name][-1][2])}), flush=True)
    base = "gigabpe" if a.skip_hf else "hf"
    wall = {name: median([r[0] for r in rows[name]]) for name in rows}
    reference = merges_of(written[base])
    for name in rows:
        mine = merges_of(written[name])
        same = next((i for i, (x, y) in enumerate(zip(mine, reference)) if x != y), min(len(mine), len(reference)))
        print(f"{name:8} {size_mb:6.1f} MB  median {wall[name]:7.2f} s  cpu {median([r[1] for r in rows[name]]):7.2f} s  peak {median([r[2] for r in rows[name]]):6.0f} MiB  "
              f"{wall[base] / wall[name]:5.1f}x {base}  {wall['gigabpe'] / wall[name]:4.1f}x gigabpe  merges {len(mine)}, as {base}'s up to {same}")
