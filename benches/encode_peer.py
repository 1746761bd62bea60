"""Encodes a corpus with one peer, for encode.py: one JSON line with seconds to load, cold and warm MB/s, number of ids, hash.

usage: encode_peer.py hf|hf1|gigatoken TOKENIZER.json CORPUS.txt MAX_MB THREADS
Documents are runs of whole lines of about 4 kB, as in benches/encode.rs.
"""
import hashlib, json, os, sys, time

peer, tokenizer, corpus, max_mb, threads = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
os.environ["RAYON_NUM_THREADS"] = str(threads)
if threads == 1:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
import numpy as np

documents, current, size, total = [], [], 0, 0
with open(corpus, encoding="utf-8", newline="") as f:
    for line in f:
        current.append(line)
        size += len(line.encode())
        total += len(line.encode())
        if size >= 4096:
            documents.append("".join(current))
            current, size = [], 0
        if total >= max_mb * 1e6:
            break
if current:
    documents.append("".join(current))

start = time.perf_counter()
if peer == "gigatoken":
    import awkward as ak
    import gigatoken
    t = gigatoken.Tokenizer(tokenizer)
    encode = lambda docs: t.encode_batch(docs, parallel=threads > 1)
    ids = lambda r: np.split(ak.to_numpy(ak.flatten(r)), np.cumsum(ak.to_numpy(ak.num(r)))[:-1])
else:
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(tokenizer)
    if peer == "hf":
        encode = lambda docs: t.encode_batch_fast(docs, add_special_tokens=False)
        ids = lambda r: [x.ids for x in r]
    else:
        encode = lambda docs: t.encode_batch(docs, add_special_tokens=False)
        ids = lambda r: [np.asarray(getattr(x, "ids", x)) for x in r]
encode(documents[:1])
load = time.perf_counter() - start
mb = sum(len(d.encode()) for d in documents) / 1e6
times = []
for _ in range(1 if peer == "hf" else 4):
    start = time.perf_counter()
    result = encode(documents)
    times.append(time.perf_counter() - start)
lists = ids(result)
sha = hashlib.sha256()
for x in lists:
    sha.update(np.asarray(x, np.uint32).tobytes())
    sha.update(b"|")
print(json.dumps(dict(peer=peer, thr=threads, MB=round(mb, 1), load=round(load, 3), cold=round(mb / times[0], 1), warm=round(mb / min(times[1:] or times), 1),
                      ntok=int(sum(map(len, lists))), sha=sha.hexdigest()[:12])))
