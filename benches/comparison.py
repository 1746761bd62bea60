#!/usr/bin/env python3
"""The comparison that README quotes: five published vocabularies and three trained here, on text in five languages that none
of the three was trained on, on gold words, on parallel lines. Writes comparison.html, .md and .parquet.

usage: TOKTOOL_DATA=FOLDER benches/comparison.py [-o FOLDER]
The page shows sentences of its texts, so these are free to be shown: Turkish news sentences of Zemberek (Apache-2.0), TICO-19
in Hindi and Marathi (CC0), Alice in Wonderland (public domain), tldr pages in Chinese (CC BY 4.0).
"""
import argparse, os, pathlib, shutil, subprocess, tempfile
from common import ROOT, TOKTOOL

p = argparse.ArgumentParser()
p.add_argument("-o", "--output", type=pathlib.Path, default=ROOT / "benches" / "comparison")
a = p.parse_args()
data = pathlib.Path(os.environ["TOKTOOL_DATA"])
text, morph, parallel = data / "text", data / "morph", data / "parallel"

HELD = {"tr": text / "tr.zemberek-cnn-turk-10k.txt.zst", "hi": parallel / "tico19.hi.txt.zst", "mr": parallel / "tico19.mr.txt.zst",
        "en": text / "en.alice-in-wonderland.txt", "zh": text / "zh.tldr-pages.txt.zst"}
GOLD = {"tr": morph / "tr.ud-verified-segments.tsv.zst", "hi": morph / "hi.ud-lcp-split.tsv", "mr": morph / "mr.ud-lcp-split.tsv",
        "en": morph / "en.morphscore.csv"}
LINES = ["en", "tr", "hi", "zh"]
# Native text that is kept for others to be judged on.
KEPT = {"tr.tquad.txt.zst", "tr.ud-imst.txt.zst", "tr.ud-kenet.txt.zst", "hi.hindi-stories.txt.zst", "mr.ud-ufal.txt"}


def run(*args):
    subprocess.run([str(TOKTOOL), *map(str, args)], check=True)


def training(lang):
    return [f for f in sorted(text.glob(f"{lang}.*")) if f not in HELD.values() and f.name not in KEPT]


work = pathlib.Path(tempfile.mkdtemp())
reference = data / "bpe-reference"
for name, stem in {"reference": "train-bpe-reference-{}", "gpt2": "gpt2_{}"}.items():
    (work / name).mkdir()
    shutil.copy(reference / (stem.format("vocab") + ".json"), work / name / "vocab.json")
    shutil.copy(reference / (stem.format("merges") + ".txt"), work / name / "merges.txt")
run("train", *training("tr"), "-o", work / "tr-bpe", "--vocab-size", "32k", "--quiet")
run("train", *training("tr"), "-o", work / "tr-morph", "--preset", "morphbpe", "--lang", "tr", "--vocab-size", "32k", "--quiet")
run("train", *[f for lang in HELD for f in training(lang)], "-o", work / "five", "--vocab-size", "32k", "--quiet")

vocabularies = data / "tokenizers-gguf"
tokenizers = [f"gpt-2={work / 'gpt2'}", f"reference-500={work / 'reference'}"]
tokenizers += [f"{name}={vocabularies / f'ggml-vocab-{name}.gguf'}" for name in ("phi-3", "starcoder", "bert-bge")]
tokenizers += [f"{name}={work / name}" for name in ("tr-bpe", "tr-morph", "five")]
corpora = [f"--input={f.name.split('.')[1] if lang in ('tr', 'en', 'zh') else 'tico19'}-{lang}@{lang}={f}" for lang, f in HELD.items()]
golds = [f"--gold=gold-{lang}@{lang}={f}" for lang, f in GOLD.items()]
lines = [f"--parallel={lang}={parallel / f'xquad.{lang}.txt.zst'}" for lang in LINES]
a.output.mkdir(parents=True, exist_ok=True)
outputs = [f"-o{a.output / f'comparison.{suffix}'}" for suffix in ("html", "md", "parquet")]
run("eval", *tokenizers, *corpora, *golds, *lines, *outputs, "--force", "--quiet")
shutil.rmtree(work)
