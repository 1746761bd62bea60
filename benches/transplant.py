#!/usr/bin/env python3
"""What a transplant costs, in bits per byte: one checkpoint, one tokenizer, several ways to make rows, several texts.

    benches/transplant.py --toktool target/release/toktool --work DIR CHECKPOINT TOKENIZER TEXT... \\
        --init retok --init best --init random:3

Every cell (a way to make rows, a seed, a text) is a file under DIR and is measured once, so an interrupted run goes on where it
stopped. `NAME:N` runs N seeds; `NAME+untie` unties; `LABEL=OPTIONS` is anything else that `transplant` takes, as in
`focus=--init focus --aux train:news.txt`. Ratios are paired: the same documents, drawn together 2,000 times.
Prints a Markdown table. Needs Python alone.
"""
import argparse, json, pathlib, random, shlex, shutil, subprocess

REPLICATES = 2000


def cell(args, name, options, text):
    """Scores of one text, by document, under one transplant; made where they are not there yet."""
    file = args.work / f"{name}.{pathlib.Path(text).stem}.json"
    if not file.exists():
        model = args.checkpoint
        if options is not None:
            model = args.work / f"{name}.model"
            if not model.exists():
                subprocess.run([args.toktool, "transplant", args.checkpoint, "--tokenizer", args.tokenizer, "-o", model, "--quiet",
                                *options], check=True)
        part = file.with_suffix(".part")
        with open(part, "w") as out:
            subprocess.run([args.toktool, "perplexity", model, "--input", text, "--format", "json", "--quiet"], check=True, stdout=out)
        part.rename(file)
    return [(d["nats"], d["bytes"]) for d in json.load(open(file))["per_document"]]


def ratio(a, b):
    """Bits per byte of a over those of b on the same documents, with a 95 % interval."""
    draw, total = random.Random(1), lambda rows, picks: sum(rows[i][0] for i in picks) / sum(rows[i][1] for i in picks)
    every = range(len(a))
    drawn = []
    for _ in range(REPLICATES):
        picks = draw.choices(every, k=len(a))
        drawn.append(total(a, picks) / total(b, picks))
    drawn.sort()
    return total(a, every) / total(b, every), drawn[int(REPLICATES * 0.025)], drawn[int(REPLICATES * 0.975)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("tokenizer")
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--toktool", default="target/release/toktool")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--init", action="append", required=True)
    parser.add_argument("--keep", action="store_true", help="keep the models, which are as large as they are")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    rows = [("base", "base", None)]
    for spec in args.init:
        if "=" in spec:
            label, _, options = spec.partition("=")
            rows.append((label, label, shlex.split(options)))
            continue
        spec, _, seeds = spec.partition(":")
        init, _, untie = spec.partition("+")
        for seed in range(1, int(seeds or 1) + 1):
            name = spec if not seeds else f"{spec}-{seed}"
            rows.append((name, spec, ["--init", init, "--seed", str(seed)] + (["--untie"] if untie else [])))
    cells = {}
    for name, _, options in rows:
        for text in args.texts:
            cells[name, text] = cell(args, name, options, text)
        if not args.keep:
            shutil.rmtree(args.work / f"{name}.model", ignore_errors=True)
    names = [pathlib.Path(text).stem for text in args.texts]
    print("| rows | " + " | ".join(f"{n}: bits/byte | to the base | to ReTok" for n in names) + " |")
    print("|---|" + "---:|---:|---:|" * len(names))
    show = lambda r: f"{r[0]:.3f} [{r[1]:.3f}, {r[2]:.3f}]"
    for name, _, _ in rows:
        line = []
        for text in args.texts:
            own, base, retok = cells[name, text], cells["base", text], cells.get(("retok", text))
            bits = sum(n for n, _ in own) / sum(b for _, b in own) / 0.6931471805599453
            line += [f"{bits:.4f}", "" if name == "base" else show(ratio(own, base)),
                     "" if name in ("base", "retok") or not retok else show(ratio(own, retok))]
        print(f"| {name} | " + " | ".join(line) + " |")


if __name__ == "__main__":
    main()
