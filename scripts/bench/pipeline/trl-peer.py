"""The peer of the pipeline's benchmark: TRL's GRPOTrainer, on the CPU, as a user without a GPU has it.

Reads one JSON request a line and answers each with one line. `train` trains a checkpoint for a number of steps, one
batch of problems a step, and answers with the seconds and rewards of every step. Rewards come from the server that
`rewardUrl` names.

The same as the recipe's: weights in float32, token ids of the prompts (checked), problems and their order, group size,
longest reply, temperature, AdamW with its rates, advantages without a deviation, no KL and no entropy term. The loss is
`dr_grpo`, the sum over tokens divided by samples and by the longest reply; QED's is the same without the last divisor, which
AdamW does not feel once the norm to clip at and its epsilon are divided by it too.

What makes TRL fastest here: all replies of a step generated in one batch with the key-value cache, by transformers'
generate; one forward and backward pass over them (no accumulation, so TRL needs no second pass for old log-probs); no
gradient checkpointing, which TRL has on by default; scaled-dot-product attention; fused AdamW; no half precision, which such
processors emulate; no evaluation, no checkpoints, and a log that goes nowhere. Micro-batches, plain attention, a static cache
and continuous batching were tried and are no faster.
"""

import http.client
import json
import sys
import time
import urllib.parse

import datasets
import torch
import transformers
import trl


class Peer:
    def hello(self, request):
        torch.set_num_threads(request["threads"])
        return {"torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__}

    def train(self, request):
        began = time.process_time()
        settings = request["settings"]
        tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(request["checkpoint"])
        prompts = [[{"role": "user", "content": problem["prompt"]}] for problem in request["problems"]]
        check_prompts(tokenizer, prompts, request["problems"])
        model = transformers.AutoModelForCausalLM.from_pretrained(
            request["checkpoint"], dtype=torch.float32, attn_implementation="sdpa"
        )
        optimiser = torch.optim.AdamW(
            model.parameters(),
            lr=settings["learningRate"],
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"] / settings["maxTokens"],
            weight_decay=settings["weightDecay"],
            fused=True,
        )
        warmup = settings["warmupSteps"]
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / max(1, warmup)))
        rewards = Rewards(request["rewardUrl"])
        clock = StepClock()
        trainer = trl.GRPOTrainer(
            model=model,
            reward_funcs=rewards,
            args=configuration(request, settings),
            train_dataset=datasets.Dataset.from_list(
                [{"prompt": prompt, "problem": problem["id"]} for prompt, problem in zip(prompts, request["problems"])]
            ),
            processing_class=tokenizer,
            optimizers=(optimiser, schedule),
            callbacks=[clock],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
        return {
            "seconds": clock.seconds,
            "rewards": rewards.by_step,
            "rewardSeconds": rewards.seconds,
            "cpuSeconds": time.process_time() - began,
            "problems": rewards.problems_by_step,
        }


def configuration(request, settings):
    batch = settings["problemsPerStep"] * settings["groupSize"]
    return trl.GRPOConfig(
        output_dir=request["directory"],
        use_cpu=True,
        bf16=False,
        fp16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=1,
        num_generations=settings["groupSize"],
        num_iterations=1,
        max_steps=request["steps"],
        max_completion_length=settings["maxTokens"],
        temperature=settings["temperature"],
        top_p=1.0,
        top_k=0,
        beta=0.0,
        entropy_coef=0.0,
        epsilon=settings["epsilonLow"],
        epsilon_high=settings["epsilonHigh"],
        scale_rewards="none",
        loss_type="dr_grpo",
        max_grad_norm=settings["clipNorm"] / settings["maxTokens"],
        learning_rate=settings["learningRate"],
        shuffle_dataset=False,
        dataloader_pin_memory=False,
        seed=request["seed"],
        report_to="none",
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
    )


def check_prompts(tokenizer, prompts, problems):
    """A peer that is asked something else is no peer."""
    for prompt, problem in zip(prompts, problems):
        ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)
        if ids != problem["ids"]:
            raise ValueError(f"{problem['id']}: transformers makes the prompt {ids}, QED {problem['ids']}")


class Rewards:
    """The reward function: asks the server, and keeps what it said."""

    __name__ = "exact"

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
        self.by_step = []
        self.problems_by_step = []
        self.seconds = 0.0

    def __call__(self, completion_ids, problem, **_):
        began = time.perf_counter()
        attempts = [{"problem": name, "tokens": tokens} for name, tokens in zip(problem, completion_ids)]
        self.connection.request("POST", "/", json.dumps(attempts))
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"the reward server: {body.decode()}")
        rewards = json.loads(body)
        self.by_step.append(rewards)
        self.problems_by_step.append(problem)
        self.seconds += time.perf_counter() - began
        return rewards


class StepClock(transformers.TrainerCallback):
    """Seconds from the end of a step to the end of the next: everything that a step takes, generation included."""

    def __init__(self):
        self.seconds = []

    def on_train_begin(self, *_, **__):
        self.since = time.perf_counter()

    def on_step_end(self, *_, **__):
        now = time.perf_counter()
        self.seconds.append(now - self.since)
        self.since = now


def main():
    transformers.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    peer = Peer()
    # Whatever libraries print must not come between the answers.
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(getattr(peer, request["do"])(request)), file=answers, flush=True)


main()
