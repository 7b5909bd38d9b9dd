"""Golden rotary frequencies, from transformers' modeling_rope_utils, at the settings of models in use.

Run from the repository root as golden/make-decoders.py says; it rewrites golden/rope/golden.json: per case the fields
of `config.json` that decide, the inverse frequencies (float32) and the attention factor. The stored file was made
with transformers 5.23.0.
"""

import json
from pathlib import Path

from transformers import LlamaConfig, Qwen2Config
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

LLAMA3 = {"rope_type": "llama3", "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}
# Llama 3.1 and 3.2, Qwen2.5 with its long-context setting, and the variants in which settings are given.
CASES = [
    (LlamaConfig, 128, 131072, {**LLAMA3, "rope_theta": 500000.0, "factor": 8.0}),
    (LlamaConfig, 64, 131072, {**LLAMA3, "rope_theta": 500000.0, "factor": 32.0}),
    (Qwen2Config, 128, 131072, {**YARN, "rope_theta": 1000000.0}),
    (Qwen2Config, 64, 131072, {**YARN, "rope_theta": 1000000.0, "attention_factor": 1.5, "truncate": False}),
    (LlamaConfig, 64, 16384, {**YARN, "rope_theta": 10000.0, "factor": 40.0, "original_max_position_embeddings": 4096,
                              "mscale": 1.0, "mscale_all_dim": 0.707, "beta_fast": 16.0, "beta_slow": 2.0}),
    # Less than one turn over the whole original length: the ramp has no width.
    (LlamaConfig, 16, 64, {**YARN, "rope_theta": 10000.0, "original_max_position_embeddings": 4}),
    (LlamaConfig, 64, 8192, {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}),
    (LlamaConfig, 64, 8192, {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 4.0}),
]

if __name__ == "__main__":
    cases = []
    for kind, head_dim, positions, rope in CASES:
        config = kind(hidden_size=2 * head_dim, num_attention_heads=2, max_position_embeddings=positions, rope_parameters=dict(rope))
        frequencies, factor = ROPE_INIT_FUNCTIONS[rope["rope_type"]](config)
        cases.append(
            {
                "head_dim": head_dim,
                "max_position_embeddings": positions,
                "rope_parameters": rope,
                "frequencies": frequencies.tolist(),
                "attentionFactor": factor,
            }
        )
    directory = Path(__file__).parent / "rope"
    directory.mkdir(exist_ok=True)
    (directory / "golden.json").write_text(json.dumps(cases) + "\n")
