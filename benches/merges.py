#!/usr/bin/env python3
"""Merge lists against Hugging Face's trainer, on every text file of a folder and at several sizes.

usage: SETUP_DIR/venv/bin/python benches/merges.py DATA_DIR [--sizes 1000,8000,32000,64000] [--patterns gpt2]
Hugging Face trains once a file, at the largest size: a smaller vocabulary's merges are a beginning of a larger one's,
and toktool's are checked to be. Lines are handed over without their line ends, as toktool reads them.
"""
import argparse, json, pathlib, subprocess, sys, tempfile
from common import TOKTOOL, lines_of, merges_of
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

p = argparse.ArgumentParser()
p.add_argument("data"), p.add_argument("--sizes", default="1000,8000,32000,64000")
a = p.parse_args()
sizes = sorted(int(s) for s in a.sizes.split(","))
files = [f for sub in ("text", "parallel", "code") for f in sorted((pathlib.Path(a.data) / sub).glob("*.txt*"))]
bad = 0
with tempfile.TemporaryDirectory() as work:
    for f in files:
        lines = [line for line in lines_of(f) if line]
        plain = pathlib.Path(work) / "corpus.txt"
        plain.write_text("\n".join(lines), encoding="utf-8")
        hf = Tokenizer(models.BPE())
        hf.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        hf.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=sizes[-1], show_progress=False, special_tokens=["<|endoftext|>"],
                                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        want = [tuple(m) for m in json.loads(hf.to_str())["model"]["merges"]]
        out = pathlib.Path(work) / "out"
        run = subprocess.run([TOKTOOL, "train", plain, "-o", out, "--pattern", "gpt2", "--vocab-size", ",".join(map(str, sizes)), "--quiet", "--force"], capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr)
        verdict = []
        for size in sizes:
            got = merges_of(out / str(size) / "tokenizer.json")
            ok = got == want[:len(got)] and len(got) == min(len(want), size - 257)
            bad += not ok
            verdict.append(f"{size}: {len(got)} {'equal' if ok else 'DIFFER'}")
        print(f"{f.name:44} {'; '.join(verdict)}", flush=True)
print(f"{len(files)} files, {bad} lists differ")
sys.exit(bad > 0)
