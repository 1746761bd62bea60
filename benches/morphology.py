#!/usr/bin/env python3
"""How well `toktool segment` cuts words, by every yardstick there is for it, and what its errors are.

usage: TOKTOOL_DATA=FOLDER benches/morphology.py [--errors 12]
Figures are printed as a Markdown table; the errors that remain on the verified Turkish words follow, by class with counts.
Gold words are only read here: no rule and no probability comes from them.
"""
import argparse, collections, csv, io, json, os, pathlib, subprocess, sys, tempfile, unicodedata
from common import ROOT, TOKTOOL, lines_of

p = argparse.ArgumentParser()
p.add_argument("--errors", type=int, default=12, help="classes of errors to print")
a = p.parse_args()
data = pathlib.Path(os.environ["TOKTOOL_DATA"])
work = pathlib.Path(tempfile.mkdtemp())


def segment(words, *options):
    """The rows of `segment --words` for distinct words, by word."""
    words = list(dict.fromkeys(words))
    (work / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    command = [TOKTOOL, "segment", "--words", work / "words.txt", "--format", "json", "--quiet", *options]
    rows = subprocess.run([str(c) for c in command], capture_output=True, check=True).stdout.decode("utf-8")
    rows = [json.loads(row) for row in rows.split("\n") if row]
    assert [row["surface"] for row in rows] == words, "a row a word"
    assert all("".join(piece["surface"] for piece in row["pieces"]) == row["surface"] for row in rows), "pieces join"
    return dict(zip(words, rows))


def cuts(pieces):
    at, found = 0, set()
    for piece in pieces[:-1]:
        at += len(piece)
        found.add(at)
    return found


def cut_by(row):
    return cuts([piece["surface"] for piece in row["pieces"]])


def micro(pairs):
    """Precision, recall and F1 of (gold, predicted) pairs of cut sets."""
    hit, made, wanted = (sum(len(x) for x in sets) for sets in zip(*[(g & b, b, g) for g, b in pairs]))
    return hit / max(made, 1), hit / max(wanted, 1), 2 * hit / max(made + wanted, 1)


def table(name):
    rows = [line.split("\t") for line in lines_of(data / "morph" / name) if line]
    return rows[1:]


print("| measure | value | n |\n|---|---|---:|")


def row(measure, value, n):
    print(f"| {measure} | {value} | {n:,} |")


# Turkish: words whose analysis a treebank confirms.
gold = [(w, s.split(" "), tags) for w, s, tags, *_ in table("tr.ud-verified-segments.tsv.zst") if s.replace(" ", "") == w]
turkish = segment([w for w, *_ in gold], "--lang", "tr")
pairs = [(cuts(s), cut_by(turkish[w])) for w, s, _ in gold]
precision, recall, f1 = micro(pairs)
row("tr, verified words: boundary F1 (precision, recall)", f"{f1:.3f} ({precision:.3f}, {recall:.3f})", len(gold))
row("tr, verified words: all boundaries right", f"{sum(g == b for g, b in pairs) / len(pairs):.3f}", len(pairs))
hard = set(lines_of(data / "morph" / "tr.ambiguous-words.txt"))
chosen = [pair for (w, *_), pair in zip(gold, pairs) if w in hard]
row("tr, ambiguous words: boundary F1", f"{micro(chosen)[2]:.3f}", len(chosen))
bare = [b for g, b in pairs if not g]
row("tr, bare stems kept whole", f"{sum(not b for b in bare) / len(bare):.3f}", len(bare))

# Turkish: stems, by the longest common prefix with the lemma of the treebank.
def stem_of(form, lemma, upos):
    k = 0
    while k < min(len(form), len(lemma)) and form[k] == lemma[k]:
        k += 1
    if k == len(lemma) - 1 and k < len(form) and lemma[k] in "pçtk" and form[k] in "bcdğg":
        k += 1
    base = lemma[:-3] if upos == "VERB" and lemma.endswith(("mak", "mek")) else lemma
    return k if k >= len(base) and 0 < k < len(form) else None


for bank in ["kenet", "imst"]:
    words = table(f"tr.ud-{bank}.tsv.zst")
    known = segment([form for form, *_ in words], "--lang", "tr", "--no-guess")
    analysed = lambda form: known[form]["pieces"][0]["tag"] is not None
    tokens = [(form, int(n)) for form, _, upos, _, n in words if upos not in ("PUNCT", "SYM")]
    share = sum(n for form, n in tokens if analysed(form)) / sum(n for _, n in tokens)
    row(f"tr, UD {bank}: tokens analysed, guesser off", f"{100 * share:.2f} %", sum(n for _, n in tokens))
    items = [(form, stem_of(form, lemma, upos), upos) for form, lemma, upos, *_ in words]
    items = [(form, k, upos) for form, k, upos in items if k]
    made = segment([form for form, *_ in items], "--lang", "tr")
    plain = [(form, k) for form, k, upos in items if upos in ("NOUN", "VERB", "ADJ", "ADV", "PROPN") and form.isalpha() and form == form.lower()]
    found = sum(k in cut_by(made[form]) for form, k in plain) / len(plain)
    density = sum(len(made[form]["pieces"]) - 1 for form, _ in plain) / len(plain)
    row(f"tr, UD {bank}: stem boundary recall (boundaries a word)", f"{found:.3f} ({density:.2f})", len(plain))
    outside = [(form, k) for form, k, _ in items if "'" in form or "’" in form or not analysed(form)]
    if outside:
        row(f"tr, UD {bank}: the same outside the lexicon", f"{sum(k in cut_by(made[form]) for form, k in outside) / len(outside):.3f}", len(outside))

# Turkish: cuts that people made.
groups = [(w, s.split(" ")) for w, s, *_ in table("tr.google-ig.tsv.zst") if s.replace(" ", "") == w and " " in s]
made = segment([w for w, _ in groups], "--lang", "tr")
row("tr, derivational cuts by hand (Google treebank): recall", f"{micro([(cuts(s), cut_by(made[w])) for w, s in groups])[1]:.3f}", len(groups))
score = [(r["full_word"], len(r["pt1"])) for r in csv.DictReader(io.StringIO("\n".join(lines_of(data / "morph" / "tr.morphscore.csv")))) if r["rest"]]
made = segment([w for w, _ in score], "--lang", "tr")
split = [(w, k) for w, k in score if len(made[w]["pieces"]) > 1]
found = sum(k in cut_by(made[w]) for w, k in split)
precision = found / sum(len(made[w]["pieces"]) - 1 for w, _ in split)
row("tr, MorphScore v1 (precision of its one boundary)", f"{found / len(split):.3f} ({precision:.3f})", len(split))


def hand(lang):
    gold = [line.split("\t") for line in (ROOT / "data" / "gold" / f"{lang}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    made = segment([w for w, *_ in gold], "--lang", lang)
    pairs = [(cuts(s.split(" ")), cut_by(made[w])) for w, s, *_ in gold]
    precision, recall, f1 = micro(pairs)
    row(f"{lang}, hand gold: boundary F1 (precision, recall)", f"{f1:.3f} ({precision:.3f}, {recall:.3f})", len(gold))
    row(f"{lang}, hand gold: words all right", f"{sum(g == b for g, b in pairs)} of {len(gold)}", len(gold))
    return collections.Counter(kind for (_, _, kind, _), (g, b) in zip(gold, pairs) if g != b)


failed = {"tr": hand("tr")}


def before_sign(word, k):
    return unicodedata.category(word[k])[0] == "M" or word[k - 1] == "\u094d"


for lang in ["hi", "mr"]:
    failed[lang] = hand(lang)
    rows = [(form, len(stem)) for form, stem, *_ in table(f"{lang}.ud-lcp-split.tsv")]
    rows = [(form, k) for form, k in rows if 0 < k < len(form) and not before_sign(form, k)]
    made = segment([form for form, _ in rows], "--lang", lang)
    silver = [({k}, cut_by(made[form])) for form, k in rows]
    precision, recall, f1 = micro(silver)
    row(f"{lang}, longest common prefix with the lemma: precision, recall (F1)", f"{precision:.3f}, {recall:.3f} ({f1:.3f})", len(rows))
    precision, recall, f1 = micro([(g, {cut for cut in b if cut >= min(g)}) for g, b in silver])
    row(f"{lang}, the same, cuts inside the lemma left out", f"{precision:.3f}, {recall:.3f} ({f1:.3f})", len(rows))

size = (ROOT / "data" / "tr" / "lexicon.bin").stat().st_size
row("tr, embedded lexicon, bytes", f"{size:,}", 1)

# What goes wrong on the verified words.
VOICE = {"Pass", "Caus", "Recip", "Reflex"}
CASED = {"P2sg", "P3sg"}


def error_class(word, pieces, tags, predicted):
    inner = set(" ".join(tags.split(" ")[1:]).replace("+", " ").split())
    got = turkish[word]["pieces"]
    names = {piece["tag"] for piece in got[1:]}
    if got[0]["tag"] == "Unknown":
        return "not in the lexicon, guessed"
    if got[0]["tag"] is None:
        return "not in the lexicon"
    if ("P2sg" in inner) != ("P2sg" in names) and inner & CASED and names & CASED:
        return "second person possessive for third, or the reverse"
    if "P3pl" in inner and "P3pl" not in names:
        return "`ları` in the gold, `lar ı` here"
    if len(inner & VOICE) != len(names & VOICE):
        return "voice suffix: cut here and lexical in the gold, or the reverse"
    derived = {piece["tag"] for piece in got if piece["kind"] == "derivation"}
    if cuts(pieces) > predicted:
        return "kept whole or cut too little"
    if predicted > cuts(pieces):
        return "cut too much: derivation" if derived else "cut too much: inflection"
    return "another root"


classes, examples = collections.Counter(), collections.defaultdict(list)
for (word, pieces, tags), (g, b) in zip(gold, pairs, strict=True):
    if g != b:
        name = error_class(word, pieces, tags, b)
        classes[name] += 1
        examples[name].append(f"{' '.join(pieces)} (here {' '.join(x['surface'] for x in turkish[word]['pieces'])})")
print(f"\n{sum(classes.values()):,} of {len(gold):,} verified Turkish words are cut otherwise than in the gold:\n\n| class | words | for example |\n|---|---:|---|")
for name, n in classes.most_common(a.errors):
    print(f"| {name} | {n} | {'; '.join(examples[name][:: max(1, n // 3)][:3])} |")
for lang, kinds in failed.items():
    print(f"\nHand gold, {lang}, rows that fail by class: {', '.join(f'{k} {n}' for k, n in kinds.most_common())}")
