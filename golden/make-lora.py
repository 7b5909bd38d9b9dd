"""Golden files for low-rank adapters, from PEFT: adapters on the tiny decoders beside this file, and three steps of AdamW.

Run from the repository root (CPU, a few seconds), after make-decoders.py; it rewrites golden/lora/:

    python -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 peft==0.21.2
    venv/bin/python golden/make-lora.py

The stored files were made with Python 3.11 and these versions. A case is a directory:

    adapter_config.json, adapter_model.safetensors  the adapter at the beginning, as PEFT saves it (float32); B is random
                                                    instead of zero, so that A has a gradient in the first step
    golden.json            `base`, the decoder that is adapted; the settings of AdamW; for every step loss and norm of the
                           gradient, and the log-probs that the loss was made of; the log-probs after the last one
    gradients.safetensors  the gradients of the first step under the names of the adapter, float32
    merged.safetensors     the adapted matrices with the adapter merged into them after the last step, float32

Sequences and weights are those of cross_entropy in the golden.json of the decoder. The model is run in float64.
"""

import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parent
ADAMW = {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clipNorm": 3.0}
STEPS = 3
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
FEED_FORWARD = ["gate_proj", "up_proj", "down_proj"]


def make(name: str, base: str, seed: int, config: LoraConfig) -> None:
    torch.manual_seed(seed)
    directory = ROOT / "lora" / name
    shutil.rmtree(directory, ignore_errors=True)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(ROOT / base, attn_implementation="eager"), config)
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    with torch.no_grad():
        for key, parameter in trained.items():
            if "lora_B" in key:
                parameter.copy_(0.05 * torch.randn_like(parameter))
    model.save_pretrained(directory, save_embedding_layers=False)
    (directory / "README.md").unlink(missing_ok=True)
    settings = json.loads((directory / "adapter_config.json").read_text())
    # A path on the machine that this ran on; and sets, which Python writes in any order.
    settings.update(base_model_name_or_path=None, target_modules=sorted(settings["target_modules"]))
    (directory / "adapter_config.json").write_text(json.dumps(settings, indent=2) + "\n")

    model = model.double().eval()
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    optimiser = torch.optim.AdamW(
        trained.values(),
        lr=ADAMW["learningRate"],
        betas=(ADAMW["beta1"], ADAMW["beta2"]),
        eps=ADAMW["epsilon"],
        weight_decay=ADAMW["weightDecay"],
    )
    sequences = json.loads((ROOT / base / "golden.json").read_text())["sequences"]

    def log_probs():
        for sequence in sequences:
            ids = torch.tensor(sequence["ids"])
            logits = model(input_ids=ids[None]).logits[0, :-1]
            yield torch.log_softmax(logits, -1).gather(1, ids[1:, None])[:, 0]

    steps = []
    for step in range(STEPS):
        optimiser.zero_grad()
        found = list(log_probs())
        weights = [torch.tensor(sequence["weights"]).double() for sequence in sequences]
        loss = -sum((w * logprobs).sum() for w, logprobs in zip(weights, found))
        loss.backward()
        if step == 0:
            stored = {key.replace(".default", ""): value.grad.float().clone() for key, value in trained.items()}
            save_file(stored, directory / "gradients.safetensors")
        norm = torch.nn.utils.clip_grad_norm_(trained.values(), ADAMW["clipNorm"])
        optimiser.step()
        logprobs = [values.tolist() for values in found]
        steps.append({"loss": loss.item(), "gradientNorm": norm.item(), "logprobs": logprobs})
    with torch.no_grad():
        after = [values.tolist() for values in log_probs()]
    golden = {"base": base, "adamw": ADAMW, "steps": steps, "logprobsAfter": after}
    (directory / "golden.json").write_text(json.dumps(golden) + "\n")

    merged = model.merge_and_unload()
    targets = set(config.target_modules)
    matrices = {
        f"{key}.weight": module.weight.detach().float().clone()
        for key, module in merged.named_modules()
        if key.split(".")[-1] in targets
    }
    save_file(matrices, directory / "merged.safetensors")


if __name__ == "__main__":
    # The head is tied in the decoder: only what comes out at the end is adapted, not the embedding.
    everything = LoraConfig(
        task_type="CAUSAL_LM", r=4, lora_alpha=32, lora_dropout=0.0, target_modules=[*ATTENTION, *FEED_FORWARD, "lm_head"]
    )
    make("everything-tied", "qwen3-tiny", 41, everything)
    attention = LoraConfig(task_type="CAUSAL_LM", r=3, lora_alpha=2, lora_dropout=0.0, target_modules=ATTENTION)
    make("attention", "qwen3-tiny-untied", 42, attention)
