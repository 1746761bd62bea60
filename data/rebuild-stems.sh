#!/usr/bin/env bash
# Makes data/LANG/stems.tsv.zst again: data/rebuild-stems.sh hi|mr TEXTS
#
# TEXTS is a folder with the texts that data/LANG/inputs.tsv names, plain or as .zst, at any depth. Each is checked against
# its sha256 before it is used, and the result against the table that is committed.
set -euo pipefail
lang=$1
texts=$(realpath "$2")
root=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
args=()
while IFS=$'\t' read -r kind name sha256 _; do
    case $kind in
    text)
        file=$work/$name
        found=$(find "$texts" -name "$name" -o -name "$name.zst" | head -n 1)
        case $found in
        "") echo "$name: not in $texts" >&2 && exit 1 ;;
        *.zst) zstd -qdc "$found" >"$file" ;;
        *) cp "$found" "$file" ;;
        esac
        ;;
    sample) file=$root/$name ;;
    *) continue ;;
    esac
    echo "$sha256  $file" | sha256sum --check --quiet
    args+=("$file")
done <"$root/data/$lang/inputs.tsv"
cd "$root"
table=data/$lang/stems.tsv.zst
cargo run --release --locked --example indic_stems -- "$lang" "${args[@]}" >"$work/stems.zst"
if cmp -s <(zstd -qdc "$work/stems.zst") <(zstd -qdc "$table"); then
    echo "$table is what its inputs make"
else
    cp "$work/stems.zst" "$table"
    echo "$table has changed"
fi
