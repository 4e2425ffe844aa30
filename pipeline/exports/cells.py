"""The cells of an export as `ingest` keeps them, in Parquet: read as codes of their texts, in blocks of rows.

A column of a question holds few texts, so that what a text means is looked up once, and each cell costs no
more than its code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

import duckdb
import numpy as np
import numpy.typing as npt

from pipeline.project.sql import Engine

if TYPE_CHECKING:
    import polars as pl

WHITE = " \t\n\v\f\r\xa0\ufeff"
"""what stands around a cell and means nothing; none of it is visible ASCII"""
ROWS_A_BLOCK = 65_536
_COLUMNS_A_QUERY = 16
"""whose texts are counted at once: each text comes with a place for every one of them"""
UNTOUCHED = ""
"""what stands for an empty cell where the wave file says that an untouched box is a No"""


_Counted = tuple[int, str | None, int]
"""the number of a column, a text or None, and how many cells hold it"""


@runtime_checkable
class CountsTexts(Protocol):
    """An engine that has a way of its own to count texts."""

    def texts(self, table: str, columns: Sequence[int]) -> Iterable[_Counted]:
        """Every text of some columns of a table, with how many cells hold it."""


class DamagedError(Exception):
    """The cells of a wave are not there, or are not what `ingest` wrote."""


class Codes(NamedTuple):
    """A column of a block: the code of each cell is a place in `texts`, that of an empty cell the one behind.

    The texts of a later block begin with those of the blocks before it.
    """

    codes: npt.NDArray[np.uint32]
    texts: Sequence[str]


@dataclass
class Block:
    """Some rows of an export, one after the other; a block is done with before the next is read."""

    before: int
    """how many rows come before them"""
    _cells: pl.DataFrame
    _blank: Mapping[int, Collection[str]]
    _texts: dict[int, list[str]]
    _codes: dict[int, Codes] = field(default_factory=dict)

    def __len__(self) -> int:
        return self._cells.height

    @property
    def respondents(self) -> npt.NDArray[np.uint32]:
        """The number of the respondent of each row: its row in the export, from 1."""
        return np.arange(self.before + 1, self.before + 1 + len(self), dtype=np.uint32)

    def column(self, number: int) -> Codes:
        """The cells of a column, as codes."""
        if number not in self._codes:
            kind = coded(f"c{number}")
            cells = self._cells[f"c{number}"].cast(kind)
            codes, texts = cells.to_physical(), self._texts.setdefault(number, [])
            highest = codes.max()
            if isinstance(highest, int) and highest >= len(texts):
                texts += kind.categories.to_series()[len(texts) :].to_list()
            self._codes[number] = Codes(codes.fill_null(len(texts)).to_numpy(), texts)
        return self._codes[number]

    def held(self, number: int, but: Collection[str] = ()) -> npt.NDArray[np.bool_]:
        """Whether each cell of a column holds something, and none of some texts."""
        but = {*but, *self._blank.get(number, ())}
        if not but:
            return self._cells[f"c{number}"].is_not_null().to_numpy()
        codes, texts = self.column(number)
        return np.array([*(text not in but for text in texts), False])[codes]


@dataclass(frozen=True)
class Cells:
    """The cells of a wave, by the number of their column."""

    path: Path
    source: str
    """the table, in SQL, that they are counted in"""
    blank: Mapping[int, Collection[str]] = field(default_factory=dict)
    """the texts of each column that mean an empty cell"""
    untouched: Collection[int] = ()
    """the columns of which an empty cell says something too: UNTOUCHED"""

    def blocks(self, columns: Collection[int]) -> Iterator[Block]:
        """The cells of some columns, a block of rows at a time; DamagedError where they cannot be read."""
        import polars as pl

        texts: dict[int, list[str]] = {}
        try:
            cells = pl.scan_parquet(self.path, glob=False)
            # there are rows also where nothing of them is asked for
            names = [f"c{column}" for column in sorted(columns)] or cells.collect_schema().names()[:1]
            ((rows,),) = cells.select(pl.len()).collect().rows()
            with pinned(names):
                # one after the other: Polars reads ahead where it is asked for all, and holds as much
                for before in range(0, rows, ROWS_A_BLOCK):
                    some = cells.select(names).slice(before, ROWS_A_BLOCK).collect()
                    yield Block(before, some, self.blank, texts)
        except (OSError, pl.exceptions.PolarsError):
            raise DamagedError(f"{self.path.name} cannot be read") from None

    def distinct(self, connection: Engine, columns: Collection[int]) -> dict[int, dict[str, int]]:
        """Every text of some columns but those that mean an empty cell, with how many cells hold it.

        DamagedError as with `blocks`.
        """
        texts: dict[int, dict[str, int]] = {column: {} for column in columns}
        for column, text, count in self._counts(connection, sorted(columns)):
            said = UNTOUCHED if text is None and column in self.untouched else text
            if said is not None and text not in self.blank.get(column, ()):
                texts[column][said] = texts[column].get(said, 0) + count
        return {column: dict(sorted(counts.items())) for column, counts in texts.items()}

    def _counts(self, connection: Engine, columns: Sequence[int]) -> Iterator[_Counted]:
        """The texts of some columns, counted."""
        if isinstance(connection, CountsTexts):
            yield from connection.texts(self.source, columns)
            return
        for first in range(0, len(columns), _COLUMNS_A_QUERY):
            yield from self._counted(connection, columns[first : first + _COLUMNS_A_QUERY])

    def _counted(self, connection: Engine, columns: Sequence[int]) -> list[_Counted]:
        """The texts of a few columns, which are counted while they are read once."""
        names = [f"c{column}" for column in columns]
        which = " + ".join(f"{column} * (1 - grouping(c{column}))" for column in columns)
        sets = ", ".join(f"({name})" for name in names)
        try:
            return connection.execute(
                f"select {which}, coalesce({', '.join(names)}), count(*) from {self.source} as cells "
                f"group by grouping sets ({sets})"
            ).fetchall()
        except (duckdb.OutOfMemoryException, duckdb.InterruptException):
            raise
        except duckdb.Error:
            raise DamagedError(f"{self.path.name} cannot be read") from None


def coded(name: str) -> pl.Categorical:
    """The type of a column that holds few texts, in which each text has one code."""
    import polars as pl

    return pl.Categorical(pl.Categories(name, namespace="cells"))


@contextmanager
def pinned(names: Iterable[str]) -> Iterator[None]:
    """Keep the codes of columns for the length of a `with`: Polars forgets them with the last cells."""
    import polars as pl

    pins = [pl.Series([], dtype=coded(name)) for name in names]
    yield
    del pins
