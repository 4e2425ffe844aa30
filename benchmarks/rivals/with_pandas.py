"""The same shares by pandas: read by Arrow, categories as codes, and sums by NumPy's bincount."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plan import GROUPS, HEADER_ROWS, RESULT, Plan, Slot, Z, arguments, pairs


def read(export: str, plan: Plan) -> pd.DataFrame:
    """The columns of the plan; the weights are numbers, and everything else is text or missing."""
    used = sorted(int(column[1:]) for column in plan.columns)
    cells = pd.read_csv(export, header=None, skiprows=HEADER_ROWS, usecols=used, engine="pyarrow")
    # pandas numbers them anew
    return cells.set_axis([f"c{column}" for column in used], axis=1)


def code(cells: pd.DataFrame, slot: Slot) -> np.ndarray:
    """The place of the option chosen; −1 where nothing was."""
    seen, texts = pd.factorize(cells[slot.column])
    # the last is for what is missing, whose code is −1
    codes = np.append(pd.Index(slot.labels).get_indexer(texts), -1)[seen]
    for place, box in enumerate(slot.boxes, len(slot.labels)):
        codes[(codes < 0) & cells[box].notna().to_numpy()] = place
    return codes


def main() -> None:
    """Export, plan and result are named on the command line."""
    export, plan, result = arguments()
    cells = read(export, plan)
    screened = np.logical_or.reduce([cells[column].isin(texts) for column, texts in plan.screens.items()])
    # sums leave out the screened: cheaper than a copy of every column without them
    w = cells[plan.weight].to_numpy(dtype=float)
    weights = (None, w, w**2)
    groups = pairs(plan.groups)
    one, other = (code(cells, slot) for slot in plan.groups)
    sizes = [len(slot.groups) for slot in plan.groups]
    inside = (one >= 0) & (one < sizes[0]) & (other >= 0) & (other < sizes[1])
    group = np.where(inside, one * sizes[1] + other, len(groups))

    def sums(codes: np.ndarray, size: int) -> list[np.ndarray]:
        """Count, weights and squares by code and group; those in no group, and those of all, come first."""
        there = (codes >= 0) & ~screened
        place = codes[there] * (len(groups) + 1) + group[there]
        shape = (size, len(groups) + 1)
        cut = (weight if weight is None else weight[there] for weight in weights)
        found = [np.bincount(place, weight, size * shape[1]).reshape(shape) for weight in cut]
        # the groups and those in none are everybody
        return [np.column_stack([part.sum(axis=1), part[:, :-1]]) for part in found]

    parts = []
    for slot in plan.slots:
        if slot.column:
            chosen = sums(code(cells, slot), len(slot.lines))
            base = [part.sum(axis=0) for part in chosen]
        else:
            ticked = cells[slot.boxes].notna().to_numpy()
            base = [part[0] for part in sums(ticked.any(axis=1) - 1, 1)]
            each = [sums(column - 1, 1) for column in ticked.T.astype(np.int64)]
            chosen = [np.concatenate(part) for part in zip(*each, strict=True)]
        parts.append([chosen[0], chosen[1], *(np.broadcast_to(part, chosen[0].shape) for part in base)])
    yes, yes_weight, cases, weight, squares = (
        np.concatenate(part).ravel() for part in zip(*parts, strict=True)
    )
    lines = pd.DataFrame(plan.lines)[["question", "item", "option"]]
    names = pd.DataFrame([("", ""), *groups], columns=list(GROUPS))
    frame = lines.merge(names, how="cross").assign(respondents=yes.astype(int), valid_cases=cases.astype(int))
    with np.errstate(invalid="ignore", divide="ignore"):
        p, n = yes_weight / weight, weight**2 / squares
        centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    frame = frame.assign(
        share=p, low=np.where(p == 0, 0.0, centre - half), high=np.where(p == 1, 1.0, centre + half)
    )
    frame.loc[frame["valid_cases"] > 0, RESULT].to_csv(result, index=False)


if __name__ == "__main__":
    main()
