"""Golden file for sampling parameters: distributions after transformers' logits processors, in double precision.

Run from the repository root (CPU, seconds); it rewrites golden/sampling/golden.json:

    python -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0
    venv/bin/python golden/make-sampling.py

The stored file was made with Python 3.11, torch 2.13.0 and transformers 5.23.0. Each case has logits (random, no two
alike), the tokens of the prompt and of the sample so far, sampling parameters by their names in
src/engine/engine.ts, and the probabilities that result. Repetition penalty, temperature, top-k, top-p and min-p are
transformers' own classes, applied in the order of `generate`; frequency and presence penalties are OpenAI's formula,
which transformers does not have, between repetition penalty and temperature as in vLLM.
"""

import json
from pathlib import Path

import torch
from transformers import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

VOCABULARY = 97
SETTINGS = [
    {},
    {"temperature": 0.7},
    {"topK": 1},
    {"topK": 7},
    {"topK": 97},
    {"topP": 0.05},
    {"topP": 0.5},
    {"topP": 0.95},
    {"minP": 0.02},
    {"minP": 0.3},
    {"topK": 20, "topP": 0.8, "temperature": 0.7},
    {"topK": 30, "topP": 0.9, "minP": 0.1, "temperature": 1.6},
    {"repetitionPenalty": 1.3},
    {"repetitionPenalty": 0.8, "temperature": 0.5},
    {"frequencyPenalty": 0.7},
    {"frequencyPenalty": -0.4, "presencePenalty": 1.1, "temperature": 1.2},
    {"repetitionPenalty": 1.2, "frequencyPenalty": 0.3, "presencePenalty": 0.5, "topK": 12, "topP": 0.9, "minP": 0.02},
]


def distribution(logits, prompt, sample, sampling):
    scores = logits.double()[None]
    ids = torch.tensor([prompt + sample])
    if "repetitionPenalty" in sampling:
        scores = RepetitionPenaltyLogitsProcessor(sampling["repetitionPenalty"])(ids, scores)
    counts = torch.bincount(torch.tensor(sample), minlength=VOCABULARY).double()
    scores = scores - sampling.get("frequencyPenalty", 0.0) * counts
    scores = scores - sampling.get("presencePenalty", 0.0) * (counts > 0)
    scores = TemperatureLogitsWarper(sampling.get("temperature", 1.0))(ids, scores)
    if "topK" in sampling:
        scores = TopKLogitsWarper(sampling["topK"])(ids, scores)
    if "topP" in sampling:
        scores = TopPLogitsWarper(sampling["topP"])(ids, scores)
    if "minP" in sampling:
        scores = MinPLogitsWarper(sampling["minP"])(ids, scores)
    return scores.softmax(-1)[0].tolist()


def main():
    torch.manual_seed(5)
    cases = []
    for sampling in SETTINGS:
        for scale in (1.0, 4.0):
            logits = (scale * torch.randn(VOCABULARY)).round(decimals=4)
            prompt = torch.randint(0, VOCABULARY, (15,)).tolist()
            sample = torch.randint(0, 12, (25,)).tolist()
            probabilities = distribution(logits, prompt, sample, sampling)
            cases.append({
                "sampling": sampling,
                "logits": [round(x, 4) for x in logits.tolist()],
                "prompt": prompt,
                "sample": sample,
                "probabilities": [float(f"{x:.9g}") for x in probabilities],
            })
    directory = Path("golden/sampling")
    directory.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (directory / "golden.json").write_text(f"[\n{lines}\n]\n")


main()
