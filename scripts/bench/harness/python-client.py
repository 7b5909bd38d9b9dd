"""A program: makes the calls with the official openai package, one thread a call, and reports one line of JSON."""
import json
import resource
import sys
import threading
import time

import openai

load = json.loads(sys.argv[1])

# Its default pool has room for 1,000 connections.
client = openai.OpenAI(
    api_key="none",
    base_url=f"http://127.0.0.1:{load['port']}/v1",
    max_retries=0,
    timeout=None,
)


def call(results, index):
    pieces = []
    stream = client.chat.completions.create(
        model="load",
        messages=[{"role": "user", "content": "go"}],
        max_tokens=load["tokens"],
        temperature=1,
        seed=index,
        stream=True,
        stream_options={"include_usage": True},
    )
    finish = None
    for chunk in stream:
        if chunk.choices:
            choice = chunk.choices[0]
            if choice.delta.content:
                pieces.append(choice.delta.content)
            finish = choice.finish_reason or finish
    if finish != "stop":
        raise RuntimeError("a reply is not whole")
    results[index] = "".join(pieces)


received = 0
peaks = []
cpu = time.process_time()
began = time.perf_counter()
for _ in range(load["rounds"]):
    results = [""] * load["calls"]
    threads = [threading.Thread(target=call, args=(results, index)) for index in range(load["calls"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received += sum(len(text) for text in results)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peaks.append(peak if sys.platform == "darwin" else peak * 1024)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - began,
            "cpuSeconds": time.process_time() - cpu,
            "processSeconds": time.process_time(),
            "peakBytes": peaks,
            "received": received,
        }
    )
)
