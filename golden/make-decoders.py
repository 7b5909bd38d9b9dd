"""Golden files for the embedded engine, from transformers: random tiny decoders, and what they compute.

Run from the repository root (CPU, a few seconds); it rewrites a directory beside this file for every case below:

    python -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0
    venv/bin/python golden/make-decoders.py

The stored files were made with Python 3.11, torch 2.13.0 and transformers 5.23.0. The model is run in float64
(transformers itself goes through float32 in norms, rotary tables and softmax), one sequence at a time, without
padding or packing. Losses and the meaning of each field are those of `Loss` in src/engine/engine.ts:

    golden.json            per sequence: ids, and for position t (predicting ids[t], from t = 1 on) weights,
                           logprobs at temperature 1 and at `temperature`, entropies at `temperature`, and
                           log-probs of some other tokens at temperature 1; old log-probs and advantages; the losses
    gradients.safetensors  `cross_entropy/<parameter>` and `ppo/<parameter>`, float32
    config.json, model*.safetensors  as transformers saves them, in one file or in several with their index
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedConfig, Qwen2Config, Qwen3Config

LENGTHS = [12, 27, 18]
TEMPERATURE = 0.8
EPSILON_LOW, EPSILON_HIGH = 0.2, 0.28
ENTROPY_COEFFICIENT = 0.05
OTHER_TOKENS = [0, 7, 23, -1]


def make(directory: Path, seed: int, config: PreTrainedConfig, shard: str = "1GB") -> None:
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.copy_((not name.endswith("bias")) + 0.3 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) / parameter.shape[1] ** 0.5)
    shutil.rmtree(directory, ignore_errors=True)
    model.save_pretrained(directory, max_shard_size=shard)
    (directory / "generation_config.json").unlink(missing_ok=True)
    model = model.double().eval()
    vocabulary = config.vocab_size

    sequences, cross_entropy, ppo = [], 0.0, 0.0
    for length in LENGTHS:
        ids = torch.randint(0, vocabulary, (length,))
        logits = model(ids[None]).logits[0, :-1]
        cold = torch.log_softmax(logits, -1)
        warm = torch.log_softmax(logits / TEMPERATURE, -1)
        new = warm.gather(1, ids[1:, None])[:, 0]
        entropies = -(warm.exp() * warm).sum(-1)
        logprobs = cold.gather(1, ids[1:, None])[:, 0]
        shape = (length - 1,)
        weights = torch.rand(shape).round(decimals=4).double() * (torch.rand(shape) > 0.25)
        advantages = torch.randn(shape).round(decimals=4).double()
        old = (new.detach() + 0.3 * torch.randn(shape)).float().double()
        ratio = (new - old).exp()
        clipped = ratio.clamp(1 - EPSILON_LOW, 1 + EPSILON_HIGH)
        objective = torch.minimum(ratio * advantages, clipped * advantages)
        cross_entropy = cross_entropy - (weights * logprobs).sum()
        ppo = ppo - (weights * (objective + ENTROPY_COEFFICIENT * entropies)).sum()
        sequences.append(
            {
                "ids": ids.tolist(),
                "weights": weights.tolist(),
                "logprobs": logprobs.tolist(),
                "warmLogprobs": new.tolist(),
                "entropies": entropies.tolist(),
                "otherLogprobs": {token % vocabulary: cold[:, token].tolist() for token in OTHER_TOKENS},
                "oldLogprobs": old.tolist(),
                "advantages": advantages.tolist(),
            }
        )

    gradients = {}
    for name, loss in [("cross_entropy", cross_entropy), ("ppo", ppo)]:
        model.zero_grad()
        loss.backward(retain_graph=True)
        for parameter_name, parameter in model.named_parameters():
            gradients[f"{name}/{parameter_name}"] = parameter.grad.float().clone()
    save_file(gradients, directory / "gradients.safetensors")
    golden = {
        "temperature": TEMPERATURE,
        "epsilonLow": EPSILON_LOW,
        "epsilonHigh": EPSILON_HIGH,
        "entropyCoefficient": ENTROPY_COEFFICIENT,
        "losses": {"cross_entropy": cross_entropy.item(), "ppo": ppo.item()},
        "sequences": sequences,
    }
    (directory / "golden.json").write_text(json.dumps(golden) + "\n")


def qwen3(tied: bool) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=61,
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        max_position_embeddings=64,
        tie_word_embeddings=tied,
        attention_dropout=0.0,
        bos_token_id=None,
        eos_token_id=1,
    )


# One layer is enough for what differs in the cases below.
SMALL = {
    "vocab_size": 31,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
    "bos_token_id": None,
    "eos_token_id": [1, 2],
}


if __name__ == "__main__":
    root = Path(__file__).parent
    make(root / "qwen3-tiny", 21, qwen3(tied=True))
    make(root / "qwen3-tiny-untied", 20, qwen3(tied=False))
    # Biases on queries, keys and values; the head size follows from the width.
    rope = {"rope_type": "default", "rope_theta": 1000000.0}
    tied = {**SMALL, "num_hidden_layers": 2, "tie_word_embeddings": True}
    make(root / "qwen2-tiny", 22, Qwen2Config(**tied, rope_parameters=rope))
    rope = {"rope_type": "default", "rope_theta": 10000.0}
    wide = {**tied, "hidden_size": 24, "num_attention_heads": 6, "num_key_value_heads": 2}
    make(root / "llama-tiny", 23, LlamaConfig(**wide, rope_parameters=rope), shard="12KB")
    rope = {
        "rope_type": "llama3",
        "rope_theta": 10000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    long = {**SMALL, "head_dim": 16, "max_position_embeddings": 256}
    make(root / "llama-llama3-rope", 24, LlamaConfig(**long, rope_parameters=rope))
    rope = {"rope_type": "linear", "rope_theta": 1000.0, "factor": 2.5}
    biased = {**SMALL, "head_dim": 16, "attention_bias": True}
    make(root / "llama-bias-linear-rope", 25, LlamaConfig(**biased, mlp_bias=True, rope_parameters=rope))
    rope = {"rope_type": "dynamic", "rope_theta": 1000.0, "factor": 3.0}
    make(root / "qwen3-bias-dynamic-rope", 26, Qwen3Config(**biased, rope_parameters=rope))
    rope = {
        "rope_type": "yarn",
        "rope_theta": 1000.0,
        "factor": 4.0,
        "beta_fast": 4.0,
        "beta_slow": 0.25,
        "original_max_position_embeddings": 64,
    }
    make(root / "qwen3-yarn-rope", 27, Qwen3Config(**long, rope_parameters=rope))
    rope = {**rope, "mscale": 1.0, "mscale_all_dim": 0.7, "truncate": False}
    make(root / "llama-yarn-rope", 28, LlamaConfig(**long, rope_parameters=rope))
