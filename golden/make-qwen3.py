"""Golden files for the embedded engine, from transformers' Qwen3: a random tiny model, and what it computes.

Run from the repository root (CPU, a few seconds); it rewrites golden/qwen3-tiny and golden/qwen3-tiny-untied:

    python -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0
    venv/bin/python golden/make-qwen3.py

The stored files were made with Python 3.11, torch 2.13.0 and transformers 5.23.0. The model is run in float64
(transformers itself goes through float32 in norms, rotary tables and softmax), one sequence at a time, without
padding or packing. Losses and the meaning of each field are those of `Loss` in src/engine/engine.ts:

    golden.json            per sequence: ids, and for position t (predicting ids[t], from t = 1 on) weights,
                           logprobs at temperature 1 and at `temperature`, entropies at `temperature`, and
                           log-probs of some other tokens at temperature 1; old log-probs and advantages; the losses
    gradients.safetensors  `cross_entropy/<parameter>` and `ppo/<parameter>`, float32
    config.json, model.safetensors  as transformers saves them
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

VOCABULARY = 61
LENGTHS = [12, 27, 18]
TEMPERATURE = 0.8
EPSILON_LOW, EPSILON_HIGH = 0.2, 0.28
ENTROPY_COEFFICIENT = 0.05
OTHER_TOKENS = [0, 7, 23, 60]


def make(directory: Path, tied: bool) -> None:
    torch.manual_seed(20 + tied)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
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
        attn_implementation="eager",
    )
    model = Qwen3ForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.copy_(1 + 0.3 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) / parameter.shape[1] ** 0.5)
    model.save_pretrained(directory)
    (directory / "generation_config.json").unlink(missing_ok=True)
    model = model.double().eval()

    sequences, cross_entropy, ppo = [], 0.0, 0.0
    for length in LENGTHS:
        ids = torch.randint(0, VOCABULARY, (length,))
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
                "otherLogprobs": {token: cold[:, token].tolist() for token in OTHER_TOKENS},
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


if __name__ == "__main__":
    root = Path(__file__).parent
    make(root / "qwen3-tiny", tied=True)
    make(root / "qwen3-tiny-untied", tied=False)
