"""The peer of the engine benchmark: transformers' Qwen3ForCausalLM on the same shapes, tokens and threads.

Reads one JSON request a line and answers each with one line. `load` makes a model; `train` runs one forward and
backward pass over the given sequences (equal lengths, so no padding and no mask); `generate` samples a fixed
number of tokens for every prompt, with the key-value cache; `adapt` freezes the model beneath an adapter of PEFT. Answers
carry the CPU seconds that were used.
"""

import json
import sys
import time

import torch
import transformers
from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM


class Peer:
    def hello(self, request):
        torch.set_num_threads(request["threads"])
        return {"torch": torch.__version__, "transformers": transformers.__version__}

    def load(self, request):
        torch.manual_seed(1)
        self.model = Qwen3ForCausalLM(Qwen3Config(**request["config"])).float()
        self.tokens = torch.tensor(request["sequences"])
        self.prompts = torch.tensor(request["prompts"])
        self.generation = GenerationConfig(
            do_sample=True, temperature=1.0, top_k=0, top_p=1.0, use_cache=True, pad_token_id=0,
            min_new_tokens=request["newTokens"], max_new_tokens=request["newTokens"],
        )
        return {"attention": self.model.config._attn_implementation}

    def adapt(self, request):
        from peft import LoraConfig, get_peft_model

        targets = "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj lm_head".split()
        settings = LoraConfig(r=request["rank"], lora_alpha=request["alpha"], target_modules=targets)
        self.model = get_peft_model(self.model, settings)
        return {}

    def train(self, request):
        self.model.train()
        self.model.zero_grad()
        logits = self.model(input_ids=self.tokens[:, :-1], use_cache=False).logits
        targets = self.tokens[:, 1:].reshape(-1)
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets).backward()
        return {}

    @torch.no_grad()
    def generate(self, request):
        self.model.eval()
        mask = torch.ones_like(self.prompts)
        out = self.model.generate(self.prompts, attention_mask=mask, generation_config=self.generation)
        return {"tokens": out.numel() - self.prompts.numel()}


def main():
    transformers.logging.set_verbosity_error()
    peer = Peer()
    # Whatever libraries print must not come between the answers.
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        began = time.process_time()
        answer = getattr(peer, request["do"])(request)
        answer["cpuSeconds"] = time.process_time() - began
        print(json.dumps(answer), file=answers, flush=True)


main()
