#!/usr/bin/env python3
"""Encoding speed in process, peers interleaved round by round, ids compared by hash.

usage: benches/encode.py SETUP_DIR TOKENIZER_NAME CORPUS.txt [--mb 24] [--hf-mb 4] [--rounds 5] [--threads 1]
Build once before: cargo bench --bench encode --no-run
"""
import argparse, json, pathlib, subprocess, sys
from common import ROOT, median, timed

p = argparse.ArgumentParser()
p.add_argument("setup"), p.add_argument("tokenizer"), p.add_argument("corpus")
p.add_argument("--mb", type=float, default=24), p.add_argument("--hf-mb", type=float, default=4)
p.add_argument("--rounds", type=int, default=5), p.add_argument("--threads", type=int, default=1)
a = p.parse_args()
setup, here = pathlib.Path(a.setup), pathlib.Path(__file__).parent
path = setup / "tokenizers" / a.tokenizer / "tokenizer.json"
build = subprocess.run(["cargo", "bench", "--bench", "encode", "--no-run", "--message-format", "json"], cwd=ROOT, capture_output=True, text=True, check=True)
own = next(m["executable"] for m in map(json.loads, build.stdout.splitlines()) if m.get("target", {}).get("name") == "encode" and m.get("executable"))
peers = {
    "toktool": [own, path, a.corpus, a.mb, a.threads],
    "hf1": [setup / "venv1/bin/python", here / "encode_peer.py", "hf1", path, a.corpus, a.mb, a.threads],
    "gigatoken": [setup / "venv/bin/python", here / "encode_peer.py", "gigatoken", path, a.corpus, a.mb, a.threads],
    "hf": [setup / "venv/bin/python", here / "encode_peer.py", "hf", path, a.corpus, a.hf_mb, a.threads],
    "toktool (text of hf)": [own, path, a.corpus, a.hf_mb, a.threads],
}
rows = {name: [] for name in peers}
for _ in range(a.rounds):
    for name, command in peers.items():
        rows[name].append(json.loads(timed(command)[3]))
        print(json.dumps({"peer": name} | rows[name][-1]), flush=True)
for name, runs in rows.items():
    mid = lambda key: median([r[key] for r in runs])
    print(f"{name:22} {a.tokenizer} {pathlib.Path(a.corpus).name} {a.threads} thread(s)  cold {mid('cold'):7.1f}  warm {mid('warm'):7.1f} MB/s  load {mid('load'):.3f} s"
          + (f"  decode {mid('decode'):.0f} MB/s" if "decode" in runs[0] else "") + f"  ids {runs[0]['ntok']} {runs[0]['sha']}")
