"""Writes one table of invented problems as Parquet in five codecs, and as rows.json what it holds.

usage: make.py, in golden/parquet      needs: pyarrow (26.0.1 made the stored files)

Seven rows in row groups of three, with what the hub's data sets have: nested structs and lists, nulls, whole numbers of
64 bits, a time, and text beyond ASCII.
"""
import datetime
import json

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {
        "problem_id": f"TOY-{2020 + index}-{index + 1}",
        "problem": f"Prove that ${index} \\le {index}^2$ for whole numbers.\n\nNote: é∀🙂 {'x' * (40 * index)}",
        "solution": None if index == 2 else f"Both sides are known for {index}.",
        "grading_scheme": [
            {"title": "Idea", "points": 3, "desc": "Looks at both sides."},
            {"title": "Rest", "points": 4, "desc": "Compares them."},
        ] if index != 4 else [],
        "metadata": {"contest": "TOY", "contest_year": 2020 + index, "category": ["Algebra"] if index % 2 else []},
        "expert_rating": None if index == 5 else index,
        "seen": datetime.datetime(2025, 1, 1 + index, 12, 0, 0),
        "is_checked": index % 2 == 0,
    }
    for index in range(7)
]

TABLE = pa.table({name: [row[name] for row in ROWS] for name in ROWS[0]})
for codec in ["none", "snappy", "gzip", "brotli", "zstd"]:
    pq.write_table(TABLE, f"{codec}.parquet", compression=codec, row_group_size=3)

with open("rows.json", "w", encoding="utf-8") as file:
    rows = [{**row, "seen": row["seen"].isoformat() + ".000Z"} for row in ROWS]
    json.dump(rows, file, ensure_ascii=False, indent=1)
    file.write("\n")
