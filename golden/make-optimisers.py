"""Writes golden/optimisers/golden.json: what torch.optim.AdamW and torch.optim.Muon make of given gradients.

    pip install torch==2.13.0 && python golden/make-optimisers.py

Muon runs twice: as it is (Newton-Schulz in bfloat16) and with Newton-Schulz in float64, which other
implementations can be held against closely.
"""
import json
import pathlib

import torch

STEPS = 3
SHAPES = {"wide": (4, 7), "tall": (7, 4), "square": (5, 5)}


def run(make_optimiser, start, gradients):
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
    optimiser = make_optimiser(list(parameters.values()))
    trace = []
    for step in gradients:
        for name, parameter in parameters.items():
            parameter.grad = step[name].clone()
        optimiser.step()
        trace.append({name: parameter.detach().flatten().tolist() for name, parameter in parameters.items()})
    return trace


def main():
    generator = torch.Generator().manual_seed(0)
    # Float32 numbers in float64 arithmetic: exact inputs for a float32 implementation.
    draw = lambda shape: torch.randn(shape, generator=generator).double()
    start = {name: draw(shape) for name, shape in SHAPES.items()}
    gradients = [{name: draw(shape) * 0.1 for name, shape in SHAPES.items()} for _ in range(STEPS)]
    adamw = dict(lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    muon = dict(lr=0.02, momentum=0.95, nesterov=True, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    result = {
        "torch": torch.__version__,
        "shapes": SHAPES,
        "start": {name: value.flatten().tolist() for name, value in start.items()},
        "gradients": [{name: value.flatten().tolist() for name, value in step.items()} for step in gradients],
        "adamw": {"settings": adamw, "trace": run(lambda p: torch.optim.AdamW(p, **adamw), start, gradients)},
        "muon": {"settings": muon, "bfloat16": run(lambda p: torch.optim.Muon(p, **muon), start, gradients)},
    }
    torch.Tensor.bfloat16 = lambda self: self.double()
    result["muon"]["float64"] = run(lambda p: torch.optim.Muon(p, **muon), start, gradients)
    target = pathlib.Path(__file__).parent / "optimisers" / "golden.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result) + "\n")


main()
