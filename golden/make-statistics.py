"""Writes golden/statistics/golden.json: what scipy, scikit-learn, statsmodels and krippendorff make of random ratings.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 statsmodels==0.15.0 krippendorff==0.9.0
    python golden/make-statistics.py

Variance components have no common package for this design; they come from explicit projection matrices and traces
(Henderson's method III), which nobody would write for large tables.
"""
import json
import math
import pathlib
import warnings
from importlib.metadata import version

import krippendorff
import numpy as np
from scipy import special, stats
from sklearn.metrics import cohen_kappa_score, confusion_matrix, mean_absolute_error, mean_squared_error, recall_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.multitest import multipletests

PACKAGES = ["numpy", "scipy", "scikit-learn", "statsmodels", "krippendorff"]


def pairs(rng):
    """Two raters of the same items: few values, many, ties everywhere, a grader that is nearly right."""
    truth = rng.integers(0, 8, 120)
    near = np.clip(truth + rng.integers(-1, 2, 120), 0, 7)
    imo = rng.choice([0, 1, 6, 7], 60, p=[0.4, 0.2, 0.1, 0.3])
    cases = {
        "grades": (truth, near),
        "independent": (rng.integers(0, 3, 50), rng.integers(0, 3, 50)),
        "imo": (imo, np.where(rng.random(60) < 0.7, imo, rng.choice([0, 1, 6, 7], 60))),
        "binary": (rng.integers(0, 2, 40), rng.integers(0, 2, 40)),
        "reversed": (truth[:30], 7 - truth[:30]),
    }
    result = []
    for name, (first, second) in cases.items():
        labels = range(8)
        kappa = lambda weights: cohen_kappa_score(first, second, labels=labels, weights=weights)
        result.append({
            "name": name, "first": first.tolist(), "second": second.tolist(),
            "kappa": {"none": kappa(None), "linear": kappa("linear"), "quadratic": kappa("quadratic")},
            **correlations(first, second),
            "meanAbsolute": mean_absolute_error(second, first),
            "rootMeanSquare": math.sqrt(mean_squared_error(second, first)),
            "confusion": confusion_matrix(second, first, labels=labels).tolist(),
            "recall": recall_score(second, first, labels=labels, average=None, zero_division=np.nan).tolist(),
        })
    for name, shape in {"continuous": 1000, "rounded": 1}.items():
        first = np.round(rng.normal(size=200) * shape, 6)
        second = np.round(first * 0.3 + rng.normal(size=200) * shape, 1)
        result.append({"name": name, "first": first.tolist(), "second": second.tolist(), **correlations(first, second)})
    return json.loads(json.dumps(result).replace("NaN", "null"))


def correlations(first, second):
    return {
        "pearson": stats.pearsonr(first, second).statistic,
        "spearman": stats.spearmanr(first, second).statistic,
        "kendall": stats.kendalltau(first, second, variant="b").statistic,
    }


def several(rng):
    """Several raters: complete tables for Fleiss, tables with missing ratings for Krippendorff."""
    result = []
    for items, raters, values, missing in [(40, 3, 8, 0), (25, 5, 4, 0), (60, 4, 8, 0.3), (30, 6, 3, 0.6), (50, 2, 8, 0.1)]:
        level = rng.integers(0, values, items)[:, None]
        table = np.where(rng.random((items, raters)) < 0.6, level, rng.integers(0, values, (items, raters))).astype(float)
        table[rng.random(table.shape) < missing] = np.nan
        # One more than the grade, so that ratio distances are defined.
        table += 1
        case = {"ratings": [[None if math.isnan(x) else x for x in row] for row in table.tolist()]}
        case["alpha"] = {
            level: krippendorff.alpha(reliability_data=table.T, level_of_measurement=level)
            for level in ["nominal", "ordinal", "interval", "ratio"]
        }
        if missing == 0:
            case["fleiss"] = fleiss_kappa(aggregate_raters(table.astype(int))[0])
        result.append(case)
    return result


def adjusted(rng):
    result = []
    for size in [1, 2, 10, 45]:
        p = np.round(rng.random(size) ** 3, 4)
        p[: size // 5] = p[0]
        result.append({
            "p": p.tolist(),
            "holm": multipletests(p, method="holm")[1].tolist(),
            "benjaminiHochberg": multipletests(p, method="fdr_bh")[1].tolist(),
        })
    return result


def components(rng):
    """Gradings with effects of problem, proof within problem and judge; from balanced to full of holes."""
    result = []
    for problems, proofs, judges, repeats, missing in [(6, 4, 3, 2, 0), (10, 3, 2, 2, 0.3), (8, 5, 4, 1, 0.4), (12, 2, 1, 3, 0.1)]:
        judge_effect = rng.normal(size=judges)
        rows = []
        for p in range(problems):
            problem_effect = 2 * rng.normal()
            for r in range(proofs):
                proof_effect = 1.5 * rng.normal()
                for j in range(judges):
                    for _ in range(repeats):
                        if rng.random() >= missing:
                            grade = 3 + problem_effect + proof_effect + judge_effect[j] + 0.8 * rng.normal()
                            rows.append({"problem": f"p{p}", "proof": f"r{r}", "judge": f"j{j}", "grade": round(grade, 4)})
        result.append({"gradings": rows, "components": henderson(rows)})
    return result


def henderson(rows):
    y = np.array([row["grade"] for row in rows])
    dummies = lambda keys: (np.array(keys)[:, None] == np.array(sorted(set(keys)))[None, :]).astype(float)
    problem = dummies([row["problem"] for row in rows])
    proof = dummies([row["problem"] + "/" + row["proof"] for row in rows])
    judge = dummies([row["judge"] for row in rows])
    onto = lambda x: x @ np.linalg.pinv(x)
    one = np.ones((len(y), 1))
    steps = [onto(one), onto(problem), onto(proof), onto(np.hstack([proof, judge])), np.eye(len(y))]
    several_judges = judge.shape[1] > 1
    effects = {"problem": problem, "proof": proof, **({"judge": judge} if several_judges else {}), "residual": np.eye(len(y))}
    lhs, rhs = [], []
    for before, after in zip(steps, steps[1:]):
        difference = after - before
        if np.trace(difference) < 1e-9:
            continue
        lhs.append([np.trace(z.T @ difference @ z) for z in effects.values()])
        rhs.append(y @ difference @ y)
    return dict(zip(effects, np.linalg.solve(np.array(lhs), np.array(rhs)).tolist()))


def distances(rng):
    """Two samples: alike, shifted, of another spread, with ties, of a few values, too many for an exact p-value."""
    result = []
    for first, second, shift, spread, decimals in [
        (30, 30, 0, 1, 6), (50, 20, 0.8, 1, 6), (7, 400, 0, 3, 6), (90, 60, 0.2, 1, 0), (1, 5, 0, 1, 6),
        (200, 300, 2, 1, 6), (10, 10, 0, 1, 6), (800, 1600, 0.05, 1, 3),
    ]:
        a = np.round(rng.normal(size=first), decimals)
        b = np.round(shift + spread * rng.normal(size=second), decimals)
        exact = first * second <= 1e6
        distance = stats.ks_2samp(a, b, method="exact" if exact else "asymp")
        pooled = math.sqrt(first * second / (first + second))
        result.append({
            "first": a.tolist(), "second": b.tolist(), "distance": distance.statistic,
            "p": distance.pvalue if exact else special.kolmogorov(pooled * distance.statistic),
        })
    return result


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20251126)
    result = {
        "versions": {name: version(name) for name in PACKAGES},
        "pairs": pairs(rng),
        "several": several(rng),
        "adjusted": adjusted(rng),
        "components": components(rng),
        "distances": distances(rng),
    }
    target = pathlib.Path(__file__).parent / "statistics" / "golden.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result) + "\n")


main()
