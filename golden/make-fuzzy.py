"""Golden similarities, from RapidFuzz: ratio, partial_ratio and token_set_ratio of made-up statements.

    pip install rapidfuzz==3.14.6
    python golden/make-fuzzy.py

It rewrites golden/fuzzy/golden.json: pairs of strings with their three scores. The pairs are of all lengths, with needles on
both sides of the 64 characters where RapidFuzz changes its method, equal lengths, planted copies with edits, and characters
outside ASCII and outside the basic plane.
"""

import json
import random
from pathlib import Path

from rapidfuzz import fuzz

WORDS = (
    "let be a positive integer prove that the sum of all divisors is at most find every real number such triangle with "
    "circumcentre touches line through midpoint function satisfies for any n and m prime sequence bounded polynomial "
    "x^2+y^2=z^2 f(x+y)=f(x)+f(y) a_1<a_2 \\frac{a}{b} $n>1$ Möbius größer 三角形 証明 𝔽_q 𝒜 √2 ≤ 1990 2n+1"
).split()
# Without U+0085 and U+00A0, at which RapidFuzz splits words only where the string has a character beyond Latin-1.
SPACES = [" ", " ", " ", "  ", "\n", "\t", "\u2003", "\x1f"]


def sentence(rng, count):
    return "".join(rng.choice(WORDS) + rng.choice(SPACES) for _ in range(count))


def edited(rng, text, share):
    out = []
    for character in text:
        at = rng.random()
        if at < share / 3:
            continue
        out.append(rng.choice("abcdexyz 0123𝔽角") if at < 2 * share / 3 else character)
        if at > 1 - share / 3:
            out.append(rng.choice("abcdexyz 0123"))
    return "".join(out)


def pairs(rng):
    yield from [("", ""), ("", "a"), ("a", ""), (" ", " "), ("a", "a"), ("a", "b"), ("ab ab", "ab"), ("\u2028", "x")]
    for length in [1, 2, 3, 30, 31, 32, 61, 62, 63, 64, 65, 93, 94, 127, 128, 129, 300]:
        text = sentence(rng, length)[:length]
        yield text, edited(rng, text, 0.1)
        yield text, "".join(rng.sample(text, len(text)))
        yield text, sentence(rng, length)[:length]
        yield text, sentence(rng, 40) + edited(rng, text, 0.15) + sentence(rng, 30)
        yield sentence(rng, 5) + text[: length // 2], text
    for _ in range(120):
        yield sentence(rng, rng.randint(1, 60)), sentence(rng, rng.randint(1, 60))
    for _ in range(60):
        text = sentence(rng, rng.randint(3, 50))
        yield text, sentence(rng, rng.randint(0, 40)) + edited(rng, text, rng.choice([0, 0.02, 0.1, 0.3])) + sentence(
            rng, rng.randint(0, 40)
        )
    for _ in range(60):
        yield "".join(rng.choices("ab ", k=rng.randint(0, 90))), "".join(rng.choices("ab ", k=rng.randint(0, 90)))


if __name__ == "__main__":
    cases = [
        [a, b, fuzz.ratio(a, b), fuzz.partial_ratio(a, b), fuzz.token_set_ratio(a, b)] for a, b in pairs(random.Random(1))
    ]
    target = Path(__file__).parent / "fuzzy" / "golden.json"
    target.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(len(cases), "cases")
