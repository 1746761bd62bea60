#!/usr/bin/env python3
"""The learned segmenter beside Morfessor Baseline (PyPI morfessor, needs `zstandard` too), both learned from the same words.

usage: TOKTOOL_DATA=FOLDER python3 benches/learned.py [--samples 3] [--types 200000 [--peer]]
Without --types: boundary precision, recall and F1 for each language and sample of gold words, then with some of the gold
words given for learning, then Hindi and Marathi words whose stem is known. With --types: only the time for so many word
types, of English, Hungarian, Turkish and Finnish text together; --peer times Morfessor on them, which takes long.
Words are lower-cased; the words judged are among those learned from, without their boundaries, as in Morfessor's own tests.
"""
import argparse, collections, importlib.metadata, json, os, pathlib, random, re, subprocess, tempfile, time, unicodedata
import morfessor
from common import TOKTOOL, lines_of, median

p = argparse.ArgumentParser()
p.add_argument("--samples", type=int, default=3), p.add_argument("--types", type=int), p.add_argument("--peer", action="store_true")
a = p.parse_args()
data = pathlib.Path(os.environ["TOKTOOL_DATA"])
work = pathlib.Path(tempfile.mkdtemp())
PEER = "Morfessor " + importlib.metadata.version("morfessor")
TYPES, JUDGED, GIVEN = 10_000, 2_000, 300


def words_of(lang, letters=r"[^\W\d_]+"):
    files = sorted((data / "text").glob(f"{lang}.*"))
    return collections.Counter(w.lower() for f in files for line in lines_of(f) for w in re.findall(letters, line))


def sigmorphon(name):
    """Words of more than one morpheme that are the concatenation of their morphemes; none with a space in it."""
    rows = [line.split("\t") for line in lines_of(data / "morph" / name) if line]
    return [(w, m.split(" @@")) for w, m, *_ in rows if " @@" in m and m.replace(" @@", "") == w and " " not in w]


def verified():
    rows = [line.split("\t") for line in lines_of(data / "morph" / "tr.ud-verified-segments.tsv.zst")[1:] if line]
    return [(w, m.split(" ")) for w, m, *_ in rows if " " in m and m.replace(" ", "") == w]


def cuts(pieces):
    found, at = set(), 0
    for piece in pieces[:-1]:
        at += len(piece)
        found.add(at)
    return found


def scores(gold, made):
    pairs = [(g, cuts(pieces)) for g, pieces in zip(gold, made)]
    hit, cut, wanted = (sum(len(x) for x in sets) for sets in zip(*[(g & m, m, g) for g, m in pairs]))
    return hit / max(cut, 1), hit / wanted, 2 * hit / (cut + wanted)


def ours(words, judged, seed, given=()):
    write = lambda name, rows: (work / name).write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    write("words.txt", words), write("judged.txt", judged), write("gold.tsv", [f"{w}\t{' '.join(m)}" for w, m in given])
    gold = ["--gold", work / "gold.tsv"] if given else []
    run = lambda *args: subprocess.run([str(x) for x in (TOKTOOL, "segment", *args, "--quiet")], check=True, capture_output=True).stdout
    start = time.perf_counter()
    run("--train", work / "words.txt", "--words", "-o", work / "model", "--seed", seed, "--force", *gold)
    seconds = time.perf_counter() - start
    rows = run("--model", work / "model", "--words", work / "judged.txt", "--format", "json").decode().splitlines()
    made = [[piece["surface"] for piece in json.loads(row)["pieces"]] for row in rows]
    assert ["".join(m) for m in made] == list(judged)
    return made, seconds


def theirs(words, judged, seed, given=()):
    random.seed(seed)
    model = morfessor.BaselineModel()
    start = time.perf_counter()
    model.load_data([(1, w) for w in words])
    if given:
        model.set_annotations({w: [m] for w, m in given})
    model.train_batch()
    seconds = time.perf_counter() - start
    return [model.viterbi_segment(w)[0] for w in judged], seconds


def show(figures):
    precision, recall, f1 = (median(values) for values in zip(*figures))
    spread = f"{min(f[2] for f in figures):.3f} to {max(f[2] for f in figures):.3f}"
    return f"{f1:.3f} ({precision:.3f}, {recall:.3f}; {spread})"


if a.types:
    counts = sum((words_of(lang) for lang in ["en", "hu", "tr", "fi"]), collections.Counter())
    words = [w for w, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: a.types]]
    print(f"{len(words):,} types of {sum(map(len, words)) / len(words):.1f} characters")
    print(f"toktool: {ours(words, words[:1], 0)[1]:.1f} s", flush=True)
    if a.peer:
        print(f"{PEER}: {theirs(words, words[:1], 0)[1]:.1f} s")
    raise SystemExit

print(f"| words | learned from | toktool F1 (precision, recall; range) | {PEER} | s | s |\n|---|---|---|---|---:|---:|")
GOLD = {
    "en": sigmorphon("eng.sigmorphon2022.word.dev.tsv.zst"),
    "hu": sigmorphon("hun.sigmorphon2022.word.dev.tsv.zst"),
    "tr": verified(),
}
for given in [0, GIVEN]:
    for lang, gold in GOLD.items():
        frequent = [w for w, _ in words_of(lang).most_common(TYPES)]
        runs = {ours: [], theirs: []}
        for sample in range(1, a.samples + 1):
            chosen = random.Random(sample).sample(gold, JUDGED)
            words = list(dict.fromkeys(frequent + [w for w, _ in chosen]))
            judged = chosen[given:]
            for learn, results in runs.items():
                made, seconds = learn(words, [w for w, _ in judged], sample, chosen[:given])
                results.append((scores([cuts(m) for _, m in judged], made), seconds))
        seconds = [median([s for _, s in results]) for results in runs.values()]
        figures = [show([f for f, _ in results]) for results in runs.values()]
        source = f"words, {given} segmented" if given else "words"
        print(f"| {lang} | {source} | {figures[0]} | {figures[1]} | {seconds[0]:.1f} | {seconds[1]:.1f} |", flush=True)

for lang in ["hi", "mr"]:
    rows = [line.split("\t") for line in lines_of(data / "morph" / f"{lang}.ud-lcp-split.tsv")[1:] if line]
    rows = [(form, len(stem)) for form, stem, *_ in rows if 0 < len(stem) < len(form)]
    # A cut before a dependent sign, or behind a virama, is none that a segmenter may make.
    rows = [(w, k) for w, k in rows if unicodedata.category(w[k])[0] != "M" and w[k - 1] != "\u094d"]
    words = list(dict.fromkeys([*words_of(lang, r"[\u0900-\u0963\u0970-\u097f\u200c\u200d]+"), *(w for w, _ in rows)]))
    figures = []
    for learn in [ours, theirs]:
        made, seconds = learn(words, [w for w, _ in rows], 1)
        figures.append((scores([{k} for _, k in rows], made), seconds))
    shown = [f"{f:.3f} ({p:.3f}, {r:.3f})" for (p, r, f), _ in figures]
    print(f"| {lang} | {len(words):,} words | {shown[0]} | {shown[1]} | {figures[0][1]:.1f} | {figures[1][1]:.1f} |", flush=True)
