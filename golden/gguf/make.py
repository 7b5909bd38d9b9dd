"""Writes blocks.json: random blocks of every quantised type and what the gguf package makes of them.

usage: make.py > blocks.json      needs: gguf (0.19), numpy

Bytes and values are base64. Scales are random but finite, so that every value is a number. Q8_K, which the package
does not dequantise, is d · q by its definition.
"""
import base64
import json

import numpy as np
from gguf import GGMLQuantizationType, GGML_QUANT_SIZES, dequantize

BLOCKS = 2
# Where a block keeps its half-precision scales.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "IQ4_NL": [0], "Q2_K": [80, 82],
    "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_XS": [0],
}


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


random = np.random.default_rng(1)
golden = {}
for name, offsets in SCALES.items():
    kind = GGMLQuantizationType[name]
    length, size = GGML_QUANT_SIZES[kind]
    count = BLOCKS * 256 // length
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    for offset in offsets:
        # From subnormal to large, of both signs.
        scale = (random.choice([-1, 1], count) * 2.0 ** random.uniform(-20, 6, count)).astype(np.float16)
        blocks[:, offset:offset + 2] = scale.view(np.uint8).reshape(count, 2)
    golden[name] = {"bytes": encoded(blocks), "values": encoded(dequantize(blocks.reshape(1, -1), kind))}

blocks = random.integers(0, 256, (BLOCKS, 292), dtype=np.uint8)
d = random.normal(0, 0.01, BLOCKS).astype(np.float32)
blocks[:, :4] = d.view(np.uint8).reshape(BLOCKS, 4)
values = d[:, None] * blocks[:, 4:260].view(np.int8).astype(np.float32)
golden["Q8_K"] = {"bytes": encoded(blocks), "values": encoded(values)}

for name, kind in [("F16", np.float16), ("BF16", None)]:
    halves = random.integers(0, 65536, 256, dtype=np.uint16)
    halves = halves[(halves & 0x7f80) != 0x7f80] if kind is None else halves[(halves & 0x7c00) != 0x7c00]
    wide = dequantize(halves.view(np.uint8).reshape(1, -1), GGMLQuantizationType[name])
    golden[name] = {"bytes": encoded(halves), "values": encoded(wide)}

print(json.dumps(golden, indent=1))
