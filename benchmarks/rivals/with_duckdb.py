"""The same shares by hand in DuckDB: choices as enums, a grouping a question, all unions in one statement."""

from __future__ import annotations

import duckdb
from plan import GROUPS, HEADER_ROWS, Plan, Slot, Z, arguments, pairs


def text(value: str) -> str:
    """A literal."""
    return "'" + value.replace("'", "''") + "'"


def code(slot: Slot) -> str:
    """The line of the option chosen; null where nothing was."""
    lines = iter(slot.lines)
    chosen = "".join(f" when {text(label)} then {next(lines)}" for label in slot.labels)
    others = "".join(f" when {box} is not null then {next(lines)}" for box in slot.boxes)
    coded = f"case {slot.column}{chosen} end"
    return f"(case when {slot.column} is not null then {coded}{others} end)::usmallint"


def rows(export: str, plan: Plan) -> str:
    """A row a respondent who is not screened out: weight, groups, choices and boxes."""
    choices = ", ".join(f"{code(slot)} as s{slot.number}" for slot in plan.slots if slot.column)
    boxes = ", ".join(f"{b} is not null as {b}" for slot in plan.slots if not slot.column for b in slot.boxes)
    screens = " or ".join(
        f"coalesce({column} in ({', '.join(map(text, labels))}), false)"
        for column, labels in plan.screens.items()
    )
    names = ", ".join(f"'c{number}': 'varchar'" for number in range(plan.width))
    return f"""
        select *, {number_of(plan)} as g
        from (
            select {plan.weight}::double as w, {choices}, {boxes}
            from read_csv({text(export)}, header = false, skip = {HEADER_ROWS}, columns = {{{names}}},
                delim = ',', quote = '"', escape = '"', auto_detect = false)
            where not ({screens})
        )"""


def in_group(slot: Slot) -> str:
    """Whether the choice makes a group."""
    return f"s{slot.number} < {slot.first + len(slot.groups)}"


def number_of(plan: Plan) -> str:
    """The number of the pair of groups; null where the respondent is in none."""
    one, other = plan.groups
    number = f"(s{one.number} - {one.first}) * {len(other.groups)} + s{other.number} - {other.first}"
    return f"case when {in_group(one)} and {in_group(other)} then ({number})::utinyint end"


def sums(slot: Slot) -> str:
    """Rows of slot, line (0: the base), group and sums."""
    if slot.column:
        return (
            f"select {slot.number} as slot, s{slot.number} as line, g, count(*) as n, sum(w) as w, "
            f"sum(w * w) as ww from rows where s{slot.number} is not null group by s{slot.number}, g"
        )
    lines = dict(zip(slot.lines, slot.boxes, strict=True))
    each = ", ".join(
        f"{{'line': {line}, 'n': count(*) filter ({box}), 'w': sum(w) filter ({box}), 'ww': 0.0}}"
        for line, box in lines.items()
    )
    return (
        f"select {slot.number} as slot, "
        f"unnest([{{'line': 0, 'n': count(*), 'w': sum(w), 'ww': sum(w * w)}}, {each}], recursive := true), "
        f"g from rows where {' or '.join(slot.boxes)} group by g"
    )


def main() -> None:
    """Export, plan and result are named on the command line."""
    export, plan, result = arguments()
    connection = duckdb.connect()
    connection.execute(f"create temp table rows as {rows(export, plan)}")
    every = " union all by name ".join(sums(slot) for slot in plan.slots)
    connection.execute(f"create temp table sums as {every}")
    lines = [(int(r["line"]), int(r["slot"]), r["question"], r["item"], r["option"]) for r in plan.lines]
    connection.execute("create temp table lines (line int, slot int, question text, item text, option text)")
    connection.executemany("insert into lines values (?, ?, ?, ?, ?)", lines)
    names = [f"({g}, {text(a)}, {text(b)})" for g, (a, b) in enumerate(pairs(plan.groups))]
    boxed = ", ".join(str(slot.number) for slot in plan.slots if not slot.column)
    connection.execute(f"""
        copy (
            with everything as (
                select slot, line, coalesce(g, 255) as g, n, w, ww from sums where g is not null
                union all
                select slot, line, 255, sum(n), sum(w), sum(ww) from sums group by slot, line
            ),
            bases as (
                select slot, g, sum(n) as n, sum(w) as base, sum(w) ** 2 / sum(ww) as effective
                from everything
                where slot not in ({boxed}) or line = 0
                group by slot, g
            ),
            shares as (
                select lines.*, bases.g, coalesce(everything.n, 0) as respondents, bases.n as valid_cases,
                    coalesce(everything.w, 0) / base as share, effective as e
                from lines join bases using (slot) left join everything using (line, slot, g)
            )
            select question, item, option, {", ".join(GROUPS)}, respondents, valid_cases, share,
                if(share = 0, 0, (share + {Z**2} / (2 * e) - h) / (1 + {Z**2} / e)) as low,
                if(share = 1, 1, (share + {Z**2} / (2 * e) + h) / (1 + {Z**2} / e)) as high
            from (select *, {Z} * sqrt(share * (1 - share) / e + {Z**2} / (4 * e * e)) as h from shares)
            join (values {", ".join(names)}, (255, '', '')) as names (g, {", ".join(GROUPS)}) using (g)
            order by line, g
        ) to {text(result)} (header)""")


if __name__ == "__main__":
    main()
