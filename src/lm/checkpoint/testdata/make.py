"""Blocks of every GGUF type that is read, with the numbers that the reference makes of them.

Run with the `gguf` package of PyPI (0.19.0 made the file here): python make.py
The blocks are random bytes, with half-precision scales that are ordinary numbers. The result is `blocks.safetensors`:
`NAME.blocks` (U8) and `NAME.values` (F32), eight blocks each.
"""

import json
import struct

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, quants

BLOCKS = 8
# Byte offsets of the half-precision scales in a block.
SCALES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}

random = np.random.default_rng(7)
entries, data = {}, b""
for kind, places in SCALES.items():
    _, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
    for place in places:
        scale = (random.standard_normal(BLOCKS) * 0.01).astype(np.float16)
        blocks[:, place : place + 2] = scale.view(np.uint8).reshape(BLOCKS, 2)
    values = quants.dequantize(blocks, kind).astype(np.float32)
    for name, dtype, array in [("values", "F32", values), ("blocks", "U8", blocks)]:
        raw = array.tobytes()
        entries[f"{kind.name}.{name}"] = {
            "dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
header = json.dumps(entries).encode()
header += b" " * (-len(header) % 8)
with open("blocks.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + data)
