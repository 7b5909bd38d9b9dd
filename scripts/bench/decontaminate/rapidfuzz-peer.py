"""The peer of `npm run bench -- decontaminate`: answers each JSON line with one.

load: keeps the strings. cdist: all scores of one scorer by process.cdist, its batch call, with so many workers (-1: all cores), and
the CPU seconds that took; `scores` are the sums of rows, enough to see that both sides computed the same.
"""

import json
import sys
import time

import numpy as np
import rapidfuzz
from rapidfuzz import fuzz, process

SCORERS = {"partial": fuzz.partial_ratio, "token-set": fuzz.token_set_ratio}
texts = {}


def answer(request):
    if request["do"] == "load":
        texts.update(request["texts"])
        return {"version": rapidfuzz.__version__}
    before = time.process_time()
    kind = request["scorer"]
    rows, items = texts[kind]
    scores = process.cdist(
        rows, items, scorer=SCORERS[kind], score_cutoff=request["cutoff"], workers=request["workers"], dtype=np.float64
    )
    return {"cpuSeconds": time.process_time() - before, "sums": scores.sum(axis=1).tolist()}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
