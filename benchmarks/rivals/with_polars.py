"""The same shares by Polars: lazy and wide, choices as small integers, all groupings collected at once."""

from __future__ import annotations

import polars as pl
from plan import GROUPS, HEADER_ROWS, RESULT, Slot, Z, arguments, pairs


def code(slot: Slot) -> pl.Expr:
    """The place of the option chosen, as one byte; null where nothing was."""
    chosen = pl.col(slot.column).to_physical().cast(pl.UInt8)
    for place, box in enumerate(slot.boxes, len(slot.labels)):
        chosen = chosen.fill_null(pl.when(pl.col(box).is_not_null()).then(pl.lit(place, pl.UInt8)))
    return chosen


def of_choice(rows: pl.LazyFrame, slot: Slot) -> pl.LazyFrame:
    """How many chose each option in each group, and the sums of their weights."""
    chosen = pl.col(f"slot{slot.number}")
    sums = rows.filter(chosen.is_not_null()).group_by("group", chosen.alias("line"))
    summed = sums.agg(pl.len().alias("respondents"), pl.col("w", "ww").sum())
    return summed.with_columns(slot=slot.number, line=pl.col("line").cast(pl.Int64) + slot.first)


def of_boxes(rows: pl.LazyFrame, slot: Slot) -> pl.LazyFrame:
    """How many ticked each box in each group, with the base of each group as a line without a number."""
    anybody = rows.filter(pl.any_horizontal(slot.boxes)).with_columns(all=True)
    boxes = {"all": None, **dict(zip(slot.boxes, slot.lines, strict=True))}
    wide = anybody.group_by("group").agg(
        pl.struct(
            pl.lit(line, pl.Int64).alias("line"),
            pl.col(box).sum().alias("respondents"),
            pl.col("w").filter(pl.col(box)).sum().alias("w"),
            pl.col("ww").filter(pl.col(box)).sum().alias("ww") if box == "all" else pl.lit(0.0).alias("ww"),
        ).alias(box)
        for box, line in boxes.items()
    )
    long = wide.unpivot(index="group", value_name="sums").select("group", "sums").unnest("sums")
    return long.with_columns(slot=slot.number)


def main() -> None:
    """Export, plan and result are named on the command line."""
    export, plan, result = arguments()
    region, size = plan.groups
    sizes, groups = len(size.groups), pairs(plan.groups)
    in_pair = (pl.col(f"slot{region.number}") < len(region.groups)) & (pl.col(f"slot{size.number}") < sizes)
    number = pl.col(f"slot{region.number}").cast(pl.Int64) * sizes + pl.col(f"slot{size.number}")
    choices = [slot for slot in plan.slots if slot.column]
    boxes = [slot for slot in plan.slots if not slot.column]
    schema = {f"c{number}": pl.String() for number in range(plan.width)}
    schema |= {slot.column: pl.Enum(slot.labels) for slot in choices}
    screened = [pl.col(column).is_in(labels).fill_null(False) for column, labels in plan.screens.items()]
    rows = (
        pl.scan_csv(
            export,
            has_header=False,
            skip_rows=HEADER_ROWS,
            schema=schema,
        )
        .filter(~pl.any_horizontal(screened))
        .select(
            pl.col(plan.weight).cast(pl.Float64).alias("w"),
            *(code(slot).alias(f"slot{slot.number}") for slot in choices),
            *(pl.col(column).is_not_null() for slot in boxes for column in slot.boxes),
        )
        .with_columns(
            ww=pl.col("w") ** 2,
            group=pl.when(in_pair).then(number).otherwise(len(groups)).cast(pl.UInt8),
        )
        .collect()
        .lazy()
    )
    sums = pl.concat(
        pl.collect_all([*(of_choice(rows, s) for s in choices), *(of_boxes(rows, s) for s in boxes)]),
        how="diagonal_relaxed",
    )
    # the groups and those in none are everybody
    everybody = sums.group_by("slot", "line").agg(pl.col("respondents", "w", "ww").sum())
    sums = pl.concat([everybody.with_columns(group=pl.lit(-1)), sums], how="diagonal_relaxed")
    lone = pl.col("slot").is_in([slot.number for slot in choices]) | pl.col("line").is_null()
    bases = (
        sums.filter(lone & (pl.col("group") < len(groups)))
        .group_by("slot", "group")
        .agg(valid_cases=pl.col("respondents").sum(), base=pl.col("w").sum(), squares=pl.col("ww").sum())
    )
    names = pl.DataFrame(
        [("", "", -1), *((*pair, place) for place, pair in enumerate(groups))],
        schema=[*GROUPS, "group"],
        orient="row",
    )
    lines = pl.DataFrame(plan.lines).select(
        "question", "item", "option", pl.col("line", "slot").cast(pl.Int64)
    )
    p, n = pl.col("share"), pl.col("base") ** 2 / pl.col("squares")
    half = Z / (1 + Z**2 / n) * (p * (1 - p) / n + Z**2 / (4 * n**2)).sqrt()
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    (
        lines.join(bases.with_columns(pl.col("slot", "group").cast(pl.Int64)), on="slot")
        .join(
            sums.select("line", pl.col("group").cast(pl.Int64), "respondents", "w"),
            on=["line", "group"],
            how="left",
        )
        .join(names, on="group")
        .with_columns(pl.col("respondents", "w").fill_null(0))
        .with_columns(share=pl.col("w") / pl.col("base"))
        .with_columns(
            low=pl.when(p == 0).then(0.0).otherwise(centre - half),
            high=pl.when(p == 1).then(1.0).otherwise(centre + half),
        )
        .sort("line", "group")
        .select(RESULT)
        .write_csv(result)
    )


if __name__ == "__main__":
    main()
