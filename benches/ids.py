#!/usr/bin/env python3
"""Ids of real tokenizers against the `tokenizers` library, over the text of every language and hostile strings.

usage: SETUP_DIR/venv/bin/python benches/ids.py SETUP_DIR DATA_DIR [--lines 400]
"""
import argparse, json, pathlib, subprocess, sys, tempfile
from common import TOKTOOL, lines_of
from tokenizers import Tokenizer

p = argparse.ArgumentParser()
p.add_argument("setup"), p.add_argument("data"), p.add_argument("--lines", type=int, default=400)
a = p.parse_args()
files = [f for sub in ("text", "parallel", "code", "bpe-reference") for f in sorted((pathlib.Path(a.data) / sub).glob("*.txt*"))]
texts = []
for f in files:
    lines = [line for line in lines_of(f) if line.strip()]
    texts += lines[:: max(1, len(lines) // a.lines)][: a.lines]
    texts += ["\n".join(lines[start:start + 20]) for start in range(0, min(len(lines), 200), 20)]
hostile = ["", " ", "a" * 5000, " " * 300 + "x", "\t\tif x:\r\n  y", "👩‍👩‍👧‍👦 🇹🇷 é e\u0301 \u200d\u0000", "1234567890 3.14 1,000,000", "İstanbul'da I'm I’ll ÇOK 'S '\u017f",
           "\u2003\u3000\u00a0\u0085x\u2028y", "\ufeffbom", "क\u094d\u200dष \u093fक", "\u202eabc", "<|endoftext|> <s> </s> <unk> <bos>", "▁a ▁▁", "<0x0A><0xFF>", "\U0010ffff\ue000",
           "🤷🏽‍♀️" * 200, "ﬁ ǅ ß ẞ K", "\r\n\r\n \n", "½ ² ⅷ ٣ १ 𝟙", "abc" * 3000, "日本語" * 2000]
texts += hostile
bad = 0
with tempfile.TemporaryDirectory() as work:
    source = pathlib.Path(work) / "in.jsonl"
    source.write_text("\n".join(json.dumps({"text": t}, ensure_ascii=False) for t in texts), encoding="utf-8")
    for path in sorted((pathlib.Path(a.setup) / "tokenizers").glob("*/tokenizer.json")):
        reference = Tokenizer.from_file(str(path))
        # Padding makes a text's ids depend on its batch; toktool never pads.
        reference.no_padding()
        reference.no_truncation()
        run = subprocess.run([TOKTOOL, "encode", "-t", path, source, "--format", "jsonl", "--quiet"], capture_output=True)
        if run.returncode:
            print(path.parent.name, run.stderr.decode()), sys.exit(1)
        got = [json.loads(line)["ids"] for line in run.stdout.decode().split("\n") if line]
        want = [e.ids for e in reference.encode_batch(texts, add_special_tokens=False)]
        wrong = [t for t, x, y in zip(texts, got, want) if x != y] if len(got) == len(want) else texts
        bad += len(wrong)
        print(f"{path.parent.name:24} {len(texts) - len(wrong)}/{len(texts)} texts equal, {sum(map(len, want))} ids" + (f"; first: {wrong[0][:80]!r}" if wrong else ""), flush=True)
sys.exit(bad > 0)
