"""What the cells of a box say: ticked, not ticked, or nothing at all.

A box is the column of one option. Tools write a tick as the option, as 1 or Yes, and leave what was not
ticked empty or write 0, No or Unchecked there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.exports.cells import UNTOUCHED
from pipeline.exports.tools import Format
from pipeline.text.folding import fold

# the two texts of a box that can hold nothing else, in any tool's export: ticked, not ticked
_BOXES = (
    ("1", "0"),
    ("1.0", "0.0"),
    ("true", "false"),
    ("checked", "unchecked"),
    ("checked", "not checked"),
    ("selected", "not selected"),
    ("selected", "unselected"),
    ("chosen", "not chosen"),
    ("ticked", "not ticked"),
    ("mentioned", "not mentioned"),
    ("quoted", "not quoted"),
    ("wahr", "falsch"),
    ("vrai", "faux"),
    ("verdadero", "falso"),
    ("verdadeiro", "falso"),
    ("vero", "falso"),
    ("waar", "onwaar"),
    ("prawda", "fałsz"),
    ("ausgewählt", "nicht ausgewählt"),
    ("genannt", "nicht genannt"),
    ("coché", "non coché"),
)
# and those that are also the answers of a question, so that only the declared kind says that they are boxes
_YES_OR_NO = (
    ("yes", "no"),
    ("y", "n"),
    ("ja", "nein"),
    ("ja", "nee"),
    ("oui", "non"),
    ("sí", "no"),
    ("si", "no"),
    ("sì", "no"),
    ("sim", "não"),
    ("tak", "nie"),
    ("はい", "いいえ"),
    ("是", "否"),
)


def unticked_texts(
    cells: Sequence[Mapping[str, int]], layout: Format, *, are_boxes: bool = False
) -> frozenset[str]:
    """The texts, folded, that say in the columns of one question that a box was not ticked.

    `cells` has the texts of each column. With `are_boxes` the columns are known to be boxes, so that Yes and
    No are a tick and none; else they may be the levels of a grid, and no column may hold a third text. The
    texts of the layout are always among them; 0 or another is where a column holds it beside its tick.
    """
    columns = [{fold(text) for text in values} - layout.unticked - {UNTOUCHED} for values in cells]
    denied = set(layout.unticked)
    for ticked, no in _BOXES + _YES_OR_NO * are_boxes:
        beside = any(texts == {ticked, no} for texts in columns)
        if beside and (are_boxes or all(texts <= {ticked, no} for texts in columns)):
            denied.add(no)
    return frozenset(denied)


def is_box(texts: Mapping[str, int], label: str, layout: Format) -> bool:
    """Whether a column headed Other only says whether that was ticked, and holds nobody's words."""
    alone = [{fold(label)}, *({ticked} for ticked, _ in _BOXES + _YES_OR_NO), {"x"}]
    either = [*(ticked | layout.unticked for ticked in alone), *map(set, _BOXES + _YES_OR_NO)]
    known = {UNTOUCHED}.union(*either)
    # what people write are many texts, of which the first says enough
    if not all(fold(text) in known for text in texts):
        return False
    seen = {fold(text) for text in texts} - {UNTOUCHED}
    return bool(seen) and any(seen <= some for some in either)
