"""Loads a checkpoint of the embedded engine with an adapter in transformers and PEFT, and prints what they compute.

    python golden/check-adapter.py CHECKPOINT TOKENS    TOKENS as a JSON list; needs torch, transformers and peft

Prints, as JSON, the log-probs of TOKENS from the second on: of the merged model, and of its base with the adapter.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

checkpoint, ids = Path(sys.argv[1]), torch.tensor(json.loads(sys.argv[2]))


@torch.no_grad()
def log_probs(model):
    logits = model(input_ids=ids[None]).logits[0, :-1]
    return torch.log_softmax(logits.double(), -1).gather(1, ids[1:, None])[:, 0].tolist()


merged = log_probs(AutoModelForCausalLM.from_pretrained(checkpoint))
base = AutoModelForCausalLM.from_pretrained(checkpoint / "base")
print(json.dumps({"merged": merged, "adapter": log_probs(PeftModel.from_pretrained(base, checkpoint / "adapter"))}))
