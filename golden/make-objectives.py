"""Golden files for the objectives of reinforcement learning that look beyond one token or one policy, from torch.

    pip install torch==2.15.0 transformers==5.23.0
    python golden/make-objectives.py

The model is golden/qwen3-tiny, run by transformers in float64, a sequence at a time; gradients are autograd's. Position t of a
list concerns predicting ids[t] from what is before it, so index 0 is never trained. Minimised, with the names of `Loss` in
src/engine/engine.ts, summed over the trained tokens:

    gspo     one ratio a sequence (Zheng et al. 2025, equations 5 and 7)
    ppo-kl   PPO with the k3 estimate of KL(policy || reference) (Schulman 2020; Shao et al. 2024, equation 4), its
             argument held within 5
    gspo-kl  both
    cispo    clipped weights behind a stop-gradient (MiniMax 2025, equation 4)

    objectives/golden.json            sequences, settings, losses
    objectives/gradients.safetensors  `<objective>/<parameter>`, float32
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

PROMPT, LENGTHS = 6, [20, 9, 31, 14, 26, 8, 17, 23]
TEMPERATURE = 0.8
EPSILON_LOW, EPSILON_HIGH = 0.1, 0.15
KL_COEFFICIENT = 0.3
GREATEST_LOG_RATIO = 5.0


def main():
    root = Path(__file__).parent
    torch.manual_seed(32)
    model = AutoModelForCausalLM.from_pretrained(root / "qwen3-tiny", attn_implementation="eager").double().eval()
    losses = {"gspo": [], "ppo-kl": [], "gspo-kl": [], "cispo": []}
    sequences = []
    clipped_sequences = held_tokens = 0
    for length in LENGTHS:
        ids = torch.randint(0, model.config.vocab_size, (length,))
        logits = model(ids[None]).logits[0, PROMPT - 1 : -1] / TEMPERATURE
        new = torch.distributions.Categorical(logits=logits).log_prob(ids[PROMPT:])
        # A shift of the whole sequence, so that some ratios are beyond either bound, and noise on every token.
        shift = 1.2 * (torch.rand(()) - 0.5)
        rounded = lambda values: values.detach().float().double()
        old = rounded(new + shift + 0.2 * torch.randn(new.shape))
        reference = rounded(new + 2.5 * torch.randn(new.shape))
        advantage = rounded(torch.randn(()))
        weights = rounded(0.02 + 0.1 * torch.rand(new.shape))

        log_ratio = new - old
        ratio = log_ratio.exp()
        sequence_ratio = log_ratio.mean().exp()
        bound = lambda r: torch.min(r * advantage, r.clamp(1 - EPSILON_LOW, 1 + EPSILON_HIGH) * advantage)
        distance = (reference - new).clamp(-GREATEST_LOG_RATIO, GREATEST_LOG_RATIO)
        kl = KL_COEFFICIENT * (weights * (distance.exp() - 1 - distance)).sum()
        gspo = -bound(sequence_ratio) * weights.sum()
        losses["gspo"].append(gspo)
        losses["ppo-kl"].append(kl - (weights * bound(ratio)).sum())
        losses["gspo-kl"].append(gspo + kl)
        losses["cispo"].append(-(weights * ratio.clamp(max=1 + EPSILON_HIGH).detach() * advantage * new).sum())
        clipped_sequences += int(bound(sequence_ratio) != sequence_ratio * advantage)
        held_tokens += int((distance.abs() == GREATEST_LOG_RATIO).sum())

        padded = lambda values: [0.0] * PROMPT + values.tolist()
        sequences.append(
            {
                "ids": ids.tolist(),
                "weights": padded(weights),
                "logprobs": padded(new),
                "oldLogprobs": padded(old),
                "referenceLogprobs": padded(reference),
                "advantage": advantage.item(),
            }
        )
    # Both sides of every bound are in it, or it would show nothing.
    assert 2 <= clipped_sequences < len(LENGTHS) and held_tokens >= 3, (clipped_sequences, held_tokens)

    gradients = {}
    for name, parts in losses.items():
        model.zero_grad()
        torch.stack(parts).sum().backward(retain_graph=True)
        for parameter_name, parameter in model.named_parameters():
            gradients[f"{name}/{parameter_name}"] = parameter.grad.float().clone()
    target = root / "objectives"
    target.mkdir(exist_ok=True)
    save_file(gradients, target / "gradients.safetensors")
    golden = {
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "temperature": TEMPERATURE,
        "epsilonLow": EPSILON_LOW,
        "epsilonHigh": EPSILON_HIGH,
        "klCoefficient": KL_COEFFICIENT,
        "losses": {name: torch.stack(parts).sum().item() for name, parts in losses.items()},
        "sequences": sequences,
    }
    (target / "golden.json").write_text(json.dumps(golden) + "\n")


main()
