"""Checkers of final answers in Python, on pairs of JSON lines: {"gold": ..., "candidate": ...}.

Answers one JSON line a pair: the verdicts `equal`, `different` or `unknown` of Math-Verify and of SymPy on what
latex2sympy2_extended parses. A checker that fails, or takes five seconds, is unknown.
"""

import json
import signal
import sys

import sympy
from latex2sympy2_extended import latex2sympy
from math_verify import parse, verify

SECONDS = 5


class Late(Exception):
    pass


def late(*_):
    raise Late


def limited(check, gold, candidate):
    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return check(gold, candidate)
    except Exception:
        return "unknown"
    finally:
        signal.alarm(0)


def marked(text):
    """Math-Verify looks for answers between marks of mathematics."""
    return text if "$" in text or "\\(" in text or "\\boxed" in text else f"${text}$"


def math_verify(gold, candidate):
    sides = [parse(marked(text), parsing_timeout=None) for text in (gold, candidate)]
    if not sides[0] or not sides[1]:
        return "unknown"
    return "equal" if verify(*sides, timeout_seconds=None) else "different"


def with_sympy(gold, candidate):
    a, b = (latex2sympy(text.replace("$", "")) for text in (gold, candidate))
    if a == b:
        return "equal"
    if isinstance(a, sympy.Expr) and isinstance(b, sympy.Expr):
        same = a.equals(b)
        return "unknown" if same is None else "equal" if same else "different"
    return "unknown"


def main():
    print(
        json.dumps({"math_verify": __import__("importlib.metadata").metadata.version("math-verify"), "sympy": sympy.__version__}),
        flush=True,
    )
    for line in sys.stdin:
        pair = json.loads(line)
        gold, candidate = pair["gold"].strip(), pair["candidate"].strip()
        verdicts = {
            "math_verify": limited(math_verify, gold, candidate),
            "sympy": limited(with_sympy, gold, candidate),
        }
        print(json.dumps(verdicts), flush=True)


main()
