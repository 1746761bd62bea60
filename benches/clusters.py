#!/usr/bin/env python3
"""What constraints cost and keep: tokens, torn clusters and byte fallback in text that was not trained on, by stock `tokenizers`.

usage: SETUP_DIR/venv/bin/python benches/clusters.py SETUP_DIR DATA_DIR [--sizes 16000,32000] [--characters] [--turns]

Hindi and Marathi are text of DATA_DIR, all but one file trained on and that one judged by; Bengali and Tamil come from the
Debian packages below, which `apt-get download` fetches into SETUP_DIR. `--characters` is `--byte-fallback`; `--turns` keeps
every Hindi and Marathi file apart in turn and prints the fertility of `mark` and `utf8` against `none`.

Clusters are found here by regular expressions over the blocks of the four scripts, apart from what toktool has.
"""
import argparse, gettext, json, pathlib, re, subprocess, sys, tempfile, unicodedata
from common import TOKTOOL, lines_of
from tokenizers import Tokenizer

p = argparse.ArgumentParser()
p.add_argument("setup", type=pathlib.Path), p.add_argument("data", type=pathlib.Path)
p.add_argument("--sizes", default="16000,32000"), p.add_argument("--characters", action="store_true"), p.add_argument("--turns", action="store_true")
a = p.parse_args()
PACKAGES = ["libreoffice-l10n-bn", "libreoffice-l10n-ta", "gnome-user-docs"]
APART = {"hi": "hindi-stories", "mr": "wikisource-classical"}
CONSTRAINTS = ["none", "mark", "grapheme", "akshara", "utf8"]

# Letters, and signs with the joiners, of Devanagari, Bengali and Tamil; a conjunct is letters with viramas between them.
SIGN = "[\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3\u09fe\u0b82\u0bbe-\u0bcd\u0bd7\u200c\u200d]"
LETTER = "[\u0904-\u0939\u0958-\u0961\u0971-\u097f\u0985-\u09b9\u09dc-\u09e1\u09ce\u09f0\u09f1\u0b85-\u0bb9]"
JOINED = "[\u0904-\u0939\u0958-\u095f\u0985-\u09b9\u09dc-\u09df\u09f0\u09f1][\u093c\u09bc]?[\u094d\u09cd]\u200d?"
MARK = re.compile(f"{LETTER}{SIGN}*")
AKSHARA = re.compile(f"\u0b95\u0bcd\u0bb7{SIGN}*|[\u0bb8\u0bb6]\u0bcd\u0bb0\u0bc0{SIGN}*|(?:{JOINED})*{LETTER}{SIGN}*")

odd = [*range(33, 127), *range(161, 173), *range(174, 256)]
BYTE = {chr(b): b for b in odd} | {chr(256 + n): b for n, b in enumerate(b for b in range(256) if b not in odd)}


def spelled(token):
    """The bytes of a token as tokenizer.json spells it."""
    if a.characters:
        return bytes([int(token[3:5], 16)]) if re.fullmatch("<0x[0-9A-F]{2}>", token) else token.encode()
    return bytes(BYTE[c] for c in token)


def judged(tokenizer, lines):
    """(tokens, words, tokens that start with a sign on a letter, that start inside an akshara, byte fallback inside one)."""
    n = words = torn = inside = fallback = 0
    for line, encoding in zip(lines, tokenizer.encode_batch(lines, add_special_tokens=False)):
        words += len(line.split())
        n += len(encoding.ids)
        starts = [0]
        for c in line:
            starts.append(starts[-1] + len(c.encode()))
        pretokens = {starts[at] for _, (at, _) in tokenizer.pre_tokenizer.pre_tokenize_str(line)}
        # The byte offsets strictly inside a cluster of more than one character.
        within = lambda found: {at for m in found.finditer(line) if m.end() - m.start() > 1 for at in range(starts[m.start()] + 1, starts[m.end()])}
        aksharas = within(AKSHARA)
        signs = {starts[m.start() + k] for m in MARK.finditer(line) for k in range(1, m.end() - m.start()) if unicodedata.category(m.group()[k])[0] == "M"}
        at = 0
        for token in encoding.tokens:
            raw = spelled(token)
            whole = raw.decode("utf-8", "ignore")[:1].encode() and raw.startswith(raw.decode("utf-8", "ignore")[:1].encode())
            if at not in pretokens:
                torn += bool(whole) and at in signs
                inside += bool(whole) and at in aksharas
                fallback += not whole and at in aksharas
            at += len(raw)
        assert at == starts[-1], line
    return n, words, torn, inside, fallback


def trained(lines, constraint, size, work):
    """(tokenizer, attachment merges), or why there is none."""
    source = work / "train.txt"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [TOKTOOL, "train", source, "-o", work / "tok", "--force", "--quiet", "--vocab-size", str(size), "--constrain", constraint]
    run = subprocess.run([*map(str, command), *(["--byte-fallback"] if a.characters else [])], capture_output=True, text=True)
    if run.returncode:
        return None, run.stderr.strip().splitlines()[0]
    report = json.loads((work / "tok" / "report.json").read_text())
    return Tokenizer.from_file(str(work / "tok" / "tokenizer.json")), (report["constrained"] or {}).get("attachment_merges", 0)


def stored(language):
    """File name to lines, of DATA_DIR."""
    files = sorted((a.data / "text").glob(f"{language}.*"))
    return {f.name: [line for line in lines_of(f) if line.strip()] for f in files}


def packaged(language):
    """(lines to train on, lines kept apart) of the Debian packages: LibreOffice's messages, and GNOME's help or, where there is
    none, the messages of Calc and Writer."""
    debs = a.setup / "debs"
    if not (debs / "root").exists():
        debs.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=debs, check=True, stdout=subprocess.DEVNULL)
        for deb in debs.glob("*.deb"):
            subprocess.run(["dpkg", "-x", deb, debs / "root"], check=True)
    block = {"bn": "[\u0980-\u09ff]", "ta": "[\u0b80-\u0bff]"}[language]
    lines = lambda texts: list(dict.fromkeys(line.strip() for text in texts for line in text.split("\n") if re.search(block, line)))
    messages = {}
    for path in sorted((debs / "root").glob(f"usr/lib/libreoffice/program/resource/{language}/**/*.mo")):
        with open(path, "rb") as file:
            messages[path.stem] = [text for text in gettext.GNUTranslations(file)._catalog.values() if isinstance(text, str)]
    pages = sorted((debs / "root/usr/share/help" / language).rglob("*.page"))
    if pages:
        parts = [part for page in pages for part in re.findall(r"<(?:p|title|desc)[ >].*?</(?:p|title|desc)>", page.read_text("utf-8"), re.S)]
        apart = lines(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)) for part in parts)
    else:
        apart = lines(messages.pop("sc") + messages.pop("sw"))
    train = lines(text for texts in messages.values() for text in texts)
    known = set(train)
    return train, [line for line in apart if line not in known]


def turns(work):
    print("| kept apart | tokens of `none` | `mark` | byte fallback | `utf8` |\n|---|---:|---:|---:|---:|")
    for language in APART:
        files = stored(language)
        for name in files:
            train = [line for other, lines in files.items() if other != name for line in lines]
            lines = files[name][:5000]
            found = {c: judged(trained(train, c, a.sizes.split(",")[0], work)[0], lines) for c in ("none", "mark", "utf8")}
            more = lambda c: f"{100 * (found[c][0] / found['none'][0] - 1):+.2f} %"
            print(f"| {name} | {found['none'][0]:,} | {more('mark')} | {100 * found['mark'][4] / found['mark'][0]:.3f} % | {more('utf8')} |", flush=True)


def table(work):
    print("| text | size | constraint | attachment merges | tokens | fertility | vs none | start with a sign | start inside an akshara | byte fallback inside one |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for language in ("hi", "mr", "bn", "ta"):
        if language in APART:
            files = stored(language)
            train = [line for name, lines in files.items() if APART[language] not in name for line in lines]
            lines = next(lines for name, lines in files.items() if APART[language] in name)
        else:
            train, lines = packaged(language)
        for size in map(int, a.sizes.split(",")):
            plain = None
            for constraint in CONSTRAINTS:
                tokenizer, merges = trained(train, constraint, size, work)
                if tokenizer is None:
                    print(f"| {language} | {size:,} | {constraint} | {merges} |", flush=True)
                    continue
                n, words, torn, inside, fallback = judged(tokenizer, lines)
                plain = plain or n
                share = lambda k: f"{100 * k / n:.3f} %" if k else "0"
                print(f"| {language} | {size:,} | {constraint} | {merges:,} | {n:,} | {n / words:.4f} | {100 * (n / plain - 1):+.2f} % | {share(torn)} | {share(inside)} | {share(fallback)} |", flush=True)


with tempfile.TemporaryDirectory() as folder:
    (turns if a.turns else table)(pathlib.Path(folder))
