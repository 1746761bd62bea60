#!/usr/bin/env python3
"""What each preset trades: tokens on text that was not trained on, and how its tokens agree with morphemes.

usage: TOKTOOL_DATA=FOLDER benches/presets.py [--vocab-size 32k]
Trained on all text of the language but one file, measured on that file. Boundary F1 is over all gold words, each encoded
as it stands in a sentence, with a space before it: Turkish words that a treebank verifies, hand gold for Hindi and Marathi.
"""
import argparse, json, os, pathlib, subprocess, tempfile
from common import ROOT, TOKTOOL, lines_of

p = argparse.ArgumentParser()
p.add_argument("--vocab-size", default="32k")
a = p.parse_args()
data = pathlib.Path(os.environ["TOKTOOL_DATA"])
work = pathlib.Path(tempfile.mkdtemp())
HELD = {"tr": "tr.tquad", "hi": "hi.hindi-stories", "mr": "mr.cfilt"}
PRESETS = ["bpe", "cbpe", "morphbpe", "morphtok"]


def toktool(*args):
    return subprocess.run([str(TOKTOOL), *map(str, args)], capture_output=True, check=True).stdout.decode("utf-8")


def gold_of(lang):
    if lang == "tr":
        rows = [line.split("\t") for line in lines_of(data / "morph" / "tr.ud-verified-segments.tsv.zst")[1:] if line]
    else:
        rows = [line.split("\t") for line in (ROOT / "data" / "gold" / f"{lang}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return [(w, s.split(" ")) for w, s, *_ in rows if s.replace(" ", "") == w]


def cuts(lengths):
    at, found = 0, set()
    for length in lengths[:-1]:
        at += length
        found.add(at)
    return found


print("| language | preset | tokens/word | against bpe | boundary F1 (precision, recall) |\n|---|---|---:|---:|---:|")
for lang in HELD:
    text = sorted((data / "text").glob(f"{lang}.*"))
    held = [path for path in text if path.name.startswith(HELD[lang])]
    (work / "train.txt").write_text("".join("\n".join(lines_of(path)) + "\n" for path in text if path not in held), encoding="utf-8")
    lines = [line for path in held for line in lines_of(path) if line.strip()]
    (work / "test.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = sum(len(line.split()) for line in lines)
    gold = gold_of(lang)
    (work / "gold.txt").write_text("".join(f" {word}\n" for word, _ in gold), encoding="utf-8")
    plain = None
    for preset in PRESETS:
        out = work / f"{lang}-{preset}"
        toktool("train", work / "train.txt", "-o", out, "--preset", preset, "--lang", lang, "--vocab-size", a.vocab_size, "--quiet")
        tokens = int(toktool("encode", "-t", out, work / "test.txt", "--count", "--quiet").split()[0])
        plain = plain or tokens
        hit = made = wanted = 0
        rows = toktool("encode", "-t", out, work / "gold.txt", "--format", "jsonl", "--offsets", "--quiet").splitlines()
        for (word, pieces), row in zip(gold, rows, strict=True):
            size = len(word.encode())
            # A token border at the space is none inside the word.
            b = {start - 1 for start, _ in json.loads(row)["offsets"]} & set(range(1, size))
            g = cuts([len(piece.encode()) for piece in pieces])
            hit, made, wanted = hit + len(g & b), made + len(b), wanted + len(g)
        f1 = f"{2 * hit / (made + wanted):.3f} ({hit / made:.3f}, {hit / wanted:.3f})"
        print(f"| {lang} | `{preset}` | {tokens / words:.3f} | {100 * (tokens / plain - 1):+.1f} % | {f1} |", flush=True)
