"""What a table is: its name, what one row of it is, and its columns with their types.

A declaration is used to write a CSV, to read it back, to check it, and to document it (docs/tables.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.tidy.measures import Word

_NOTHING = 1e-9
"""a share that is outside 0 and 1 by less than this is so by rounding"""


class TableError(Exception):
    """A table is not as it is declared: a fault of the pipeline, and none of the user's."""


class Type(StrEnum):
    """What stands in the cells of a column."""

    ID = "id"
    LABEL = "label"
    TEXT = "text"
    CREDIT = "credit"
    """whose something is, as a declaration credits it: it may hold an address, which is there to be read"""
    DATE = "date"
    SHARE = "share"
    NUMBER = "number"
    COUNT = "count"
    WHOLE = "whole number"
    YES_NO = "yes/no"


Allowed = type[Word] | Sequence[str]
_WHOLE = (Type.COUNT, Type.WHOLE)
_NUMBERS = (Type.SHARE, Type.NUMBER, *_WHOLE)


@dataclass(frozen=True)
class Column:
    """A column: its name, its type, and what it says in a sentence.

    `allowed` are the only values that it takes, where these are known: the words of a vocabulary, or texts.
    """

    name: str
    type: Type
    meaning: str = ""
    unit: str = ""
    may_be_empty: bool = False
    allowed: Allowed = ()

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.type in _NUMBERS

    @property
    def is_whole(self) -> bool:
        """Whether its cells are whole numbers."""
        return self.type in _WHOLE

    def typed(self, values: pd.Series) -> pd.Series:
        """Values of a frame in the type of the column, nothing checked."""
        if self.is_whole:
            return values.astype("Int64")
        if self.is_number:
            numbers = values.to_numpy(dtype=float, na_value=np.nan)
            return pd.Series(numbers, index=values.index, name=values.name)
        if self.type == Type.YES_NO and not values.isna().any():
            return values.astype(bool)
        return values

    def problem(self, values: pd.Series) -> str:
        """What is wrong with typed values; empty where nothing is."""
        if not self.may_be_empty and values.isna().any():
            return "is empty"
        if self.type == Type.SHARE and (values.min() < -_NOTHING or values.max() > 1 + _NOTHING):
            return f"has {values[~values.between(0, 1)].dropna().iloc[0]}, which is no share"
        if self.type == Type.COUNT and (values < 0).any():
            return f"has {values.min()}, which is no count"
        if self.is_number or self.type == Type.YES_NO or (self.may_be_empty and not self.allowed):
            return ""
        texts = {value for value in values.unique() if isinstance(value, str)}
        if not self.may_be_empty and "" in texts:
            return "is empty"
        strays = texts - {"", *self.allowed} if self.allowed else set()
        return f"has {min(map(str, strays))!r}, which is none of its values" if strays else ""


@dataclass(frozen=True)
class Table:
    """A table: what it is called, what one row of it is, and its columns in their order.

    The name is that of its file below tables/, or the pattern of it; `notes` stand below it on the page that
    documents it.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    notes: str = ""

    @cached_property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    @cached_property
    def numbers(self) -> list[str]:
        """The names of the columns that are numbers."""
        return [column.name for column in self.columns if column.is_number]

    def of(self, *types: Type) -> list[str]:
        """The names of the columns of some types."""
        return [column.name for column in self.columns if column.type in types]

    def without(self, *names: str) -> Table:
        """The same without some columns."""
        return Table(
            self.name, self.row, tuple(column for column in self.columns if column.name not in names)
        )

    def frame(self, rows: Iterable[Mapping[Any, Any]]) -> pd.DataFrame:
        """Rows as a frame with these columns and their types, also where there are none; texts are filled."""
        records = list(rows)
        made = {}
        for column in self.columns:
            # each column from a list of its own: a frame of all would only be taken to pieces again
            cells = pd.Series([record.get(column.name) for record in records], dtype=object)
            is_text = not column.is_number and column.type != Type.YES_NO
            made[column.name] = cells.fillna("") if is_text else column.typed(cells)
        return pd.DataFrame(made)

    def checked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with its columns in their types and order.

        TableError, with the table, the column and the value, where it is not as declared.
        """
        if set(frame.columns) != set(self.names):
            unlike = sorted({*frame.columns} ^ {*self.names})
            raise TableError(f"table {self.name}: {', '.join(map(str, unlike))} is declared or there alone")
        made, rows = {}, frame.reset_index(drop=True)
        for column in self.columns:
            try:
                made[column.name] = column.typed(rows[column.name])
            except (TypeError, ValueError) as error:
                raise TableError(
                    f"table {self.name}: column {column.name} is no {column.type}: {error}"
                ) from None
            if problem := column.problem(made[column.name]):
                raise TableError(f"table {self.name}: column {column.name} {problem}")
        return pd.DataFrame(made)
