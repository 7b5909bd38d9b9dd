"""Writes invented conversations as Parquet, as the hub's data sets for fine-tuning have them, with columns beside `messages`.

usage: make.py, in golden/conversations      needs: pyarrow
"""
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {
        "problem": f"Show that {2 * n} is even.",
        "messages": [
            {"role": "user", "content": f"Show that {2 * n} is even."},
            {"role": "assistant", "content": f"<think>2 · {n} = {2 * n}.</think>{2 * n} is twice {n}."},
        ],
        "category": "number theory" if n % 2 else None,
        "gemini-3-pro-grade": n % 8,
    }
    for n in range(1, 5)
]
pq.write_table(pa.table({name: [row[name] for row in ROWS] for name in ROWS[0]}), "conversations.parquet", row_group_size=3)
