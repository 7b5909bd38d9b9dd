"""Golden file for the TensorBoard event file, from TensorBoard's own messages and record writer.

Run from the repository root (CPU, a second); it rewrites `events.json` beside this file:

    python -m venv venv && venv/bin/pip install tensorboard==2.21.0
    venv/bin/python golden/tensorboard/make.py

With an event file as argument it says instead what TensorBoard's EventAccumulator reads there, one line a tag.
"""

import base64
import io
import json
import sys
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

STEPS = [
    {"step": 1, "wallTime": 1700000000.25, "scalars": {"sft/loss": 2.5, "sft/trainedTokens": 1500}},
    {"step": 300, "wallTime": None, "scalars": {"rl/heldOut/ci/0": -0.0, "rl/reward": 0.1, "rl/größe": 1e30}},
]


def make(path: Path) -> None:
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    writer.write(Event(file_version="brain.Event:2").SerializeToString())
    for entry in STEPS:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in entry["scalars"].items()]
        event = Event(step=entry["step"], summary=Summary(value=values))
        if entry["wallTime"] is not None:
            event.wall_time = entry["wallTime"]
        writer.write(event.SerializeToString())
    golden = {"steps": STEPS, "file": base64.b64encode(buffer.getvalue()).decode()}
    path.write_text(json.dumps(golden) + "\n")


def read(path: str) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(path, size_guidance={"scalars": 0})
    accumulator.Reload()
    for tag in accumulator.Tags()["scalars"]:
        events = accumulator.Scalars(tag)
        steps = [event.step for event in events]
        rising = all(a < b for a, b in zip(steps, steps[1:]))
        print(tag, len(steps), f"steps {steps[0]} to {steps[-1]}", "each once" if rising else "REPEATED")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read(sys.argv[1])
    else:
        make(Path(__file__).parent / "events.json")
