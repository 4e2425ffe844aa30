"""Statements of DuckDB's as Spark takes them, by SQLGlot: ours are names, types and a few functions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.project.errors import SurveyError
from pipeline.project.sql import folder, literal, statement

try:
    import sqlglot
    from sqlglot import exp
except ImportError:
    raise SurveyError(
        "Spark wants SQLGlot, PySpark and PyArrow, and there is no SQLGlot; run: make .venv/.spark"
    ) from None

_TYPES = {"USMALLINT": "INT", "UINT": "BIGINT", "UBIGINT": "BIGINT", "USERDEFINED": "STRING"}
"""Spark has no unsigned numbers and no words as types: the next larger signed ones, and texts, hold them"""
_TIMES = {
    "%Y": "yyyy", "%m": "M", "%d": "d", "%H": "H", "%I": "h", "%M": "mm", "%S": "ss",
    "%p": "a",
}  # fmt: skip
_NOTHING, _BETWEEN = "\x1e", "\x1f"


def parsed(sql: str) -> exp.Expression:
    """A statement of DuckDB's."""
    return sqlglot.parse_one(sql, read="duckdb")


def is_script(sql: str) -> bool:
    """Whether a text is several statements."""
    tokens = sqlglot.tokenize(sql, read="duckdb")
    return any(token.token_type.name == "SEMICOLON" for token in tokens[:-1])


def translated(
    tree: exp.Expression,
    values: Mapping[str, Any] | None = None,
    small: Collection[str] = (),
    pretty: bool = False,
) -> str:
    """A statement of DuckDB's as Spark takes it, with values in place of its parameters.

    The `small` tables are sent to every worker where they are joined to others.
    """
    hinted = tree.copy()
    if small:
        _hint(hinted, small)
    theirs = hinted.transform(_translate, dict(values or {}), copy=False)
    text: str = theirs.sql(dialect="spark", pretty=pretty)
    return text


def condition(sql: str) -> str:
    """A condition or another expression of DuckDB's as Spark takes it."""
    return translated(parsed(sql))


def views_script(tables: Iterable[tuple[str, bool]], place: str) -> str:
    """A script for Spark SQL: the tables below a place and the labelled views, as temporary views."""
    create = "create or replace temporary view"
    lines = [
        "-- The labelled views over these files, for Spark SQL; the codes behind the labels are in coded_….\n"
    ]
    for name, by_wave in tables:
        path = literal(f"{place}{name}{'' if by_wave else '.parquet'}")
        lines.append(f"{create} coded_{name} using parquet options (path {path});\n")
    for view in views():
        tree = parsed(view)
        lines.append(
            f"{create} {in_spark(name_of(tree.this))} as\n{translated(tree.expression, pretty=True)};\n"
        )
    return "\n".join(lines)


def views() -> Iterator[str]:
    """The labelled views, each behind those that it reads."""
    yield statement("database/responses")
    for _, view in folder("database/views"):
        yield view


def name_of(table: exp.Expression) -> str:
    """The name of a table, with its schema."""
    return f"{table.db}.{table.name}" if table.db else table.name


def in_spark(name: str) -> str:
    """Temporary views of Spark have no schema."""
    return name.replace(".", "_")


def tables_of(tree: exp.Expression) -> list[str]:
    """The tables that a statement reads, once each."""
    named = {part.alias for part in tree.find_all(exp.CTE)}
    tables = (table for table in tree.find_all(exp.Table) if table.db or table.name not in named)
    return list(dict.fromkeys(map(name_of, tables)))


def take_doubles(tree: exp.Expression) -> list[str]:
    """Take `::double` off the columns of a statement: DuckDB does it, else some last digits would differ."""
    names = []
    for column in tree.selects:
        cast = column.unalias()
        if isinstance(cast, exp.Cast) and cast.to.is_type("double"):
            names.append(column.alias_or_name)
            cast.replace(cast.this)
    return names


def _hint(tree: exp.Expression, small: Collection[str]) -> None:
    """Have joins send small tables to all workers, and what is selected of small tables alone."""
    alone = {
        part.alias for part in tree.find_all(exp.CTE) if all(name in small for name in tables_of(part.this))
    }
    for select in tree.find_all(exp.Select):
        sources = [join.this for join in select.args.get("joins") or []]
        if sources and (first := select.args.get("from_") or select.args.get("from")):
            sources.append(first.this)
        names = [
            source.alias_or_name
            for source in sources
            if isinstance(source, exp.Table) and (name_of(source) in small or source.name in alone)
        ]
        if names and len(names) < len(sources):
            broadcast = exp.JoinHint(this="BROADCAST", expressions=[exp.to_table(name) for name in names])
            select.set("hint", exp.Hint(expressions=[broadcast]))


def _translate(node: exp.Expression, values: Mapping[str, Any]) -> exp.Expression:
    if isinstance(node, exp.Table) and node.db:
        return exp.alias_(exp.to_table(in_spark(name_of(node))), node.alias or node.name, table=True)
    if isinstance(node, exp.Placeholder):
        return exp.convert(values[node.name])
    if isinstance(node, exp.DataType) and node.this.name in _TYPES:
        return exp.DataType.build(_TYPES[node.this.name])
    if isinstance(node, exp.RegexpFullMatch):
        return _matches(node.this, node.expression)
    if isinstance(node, exp.Anonymous) and (function := _FUNCTIONS.get(node.name.lower())):
        return function(*node.expressions)
    return node


def _matches(text: exp.Expression, shape: exp.Expression) -> exp.Expression:
    whole = exp.Literal.string(f"^(?:{shape.name})\\z")
    return exp.RegexpLike(this=text, expression=whole)


def _time(text: exp.Expression, form: exp.Expression) -> exp.Expression:
    java = form.name
    for ours, theirs in _TIMES.items():
        java = java.replace(ours, theirs)
    return exp.func("try_to_timestamp", text, exp.Literal.string(java))


def _aggregate(array: exp.Expression, what: exp.Expression) -> exp.Expression:
    if what.name != "count":
        # Spark has no such function, and says so
        return exp.Anonymous(this="list_aggregate", expressions=[array, what])
    return exp.Anonymous(this="size", expressions=[exp.Anonymous(this="array_compact", expressions=[array])])


def _hash(*cells: exp.Expression) -> exp.Expression:
    """Not Spark's own: it passes nulls over, and has 32 bits."""
    parts = [exp.func("coalesce", cell, exp.Literal.string(_NOTHING)) for cell in cells]
    whole = exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string(_BETWEEN), *parts])
    return exp.Anonymous(this="md5", expressions=[whole])


_FUNCTIONS: dict[str, Callable[..., exp.Expression]] = {
    "try_strptime": _time,
    "list_aggregate": _aggregate,
    "hash": _hash,
}
