"""Texts of any script: the faces that have their characters, where lines may break, which way they run.

Imports no Matplotlib.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.charts.faces import Face, characters, faces, packaged

_JOINER = "\u200d"
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_NAMED = 5  # characters, where a line names those that no face has
_TONES = range(0x1F3FB, 0x1F400)  # of skin, of the emoji before them
_NOT_FIRST = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーｧｨｩｪｫｬｭｮｯｰ々〻ゝゞヽヾ〜゛゜")
"""what begins no line though it is no punctuation: small kana and marks of length and repetition"""


@dataclass(frozen=True)
class Setting:
    """A text as it is drawn, and the faces that it is set in: each character in the first that has it.

    Where no face has a character the text has its code, and `lacking` the character.
    """

    text: str
    faces: tuple[Face, ...]
    lacking: str = ""


def clean(text: str) -> str:
    """`text` as it is drawn: composed characters, single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    return re.sub(" +", " ", spaced).strip(" ")


def setting(text: str, bold: bool) -> Setting:
    """How to set a text: in one packaged face that has it all, or else in as many faces as it takes."""
    for face in packaged(bold):
        if _has(face, text):
            return Setting(_drawn(face, text), (face,))
    return _mixed(text, tuple(faces(bold)))


@lru_cache(maxsize=10_000)
def _mixed(text: str, of: tuple[Face, ...]) -> Setting:
    drawn: list[str] = []
    used: set[Face] = set()
    lacking: list[str] = []
    coded = False
    for cluster, face in _settable(clusters(text), of):
        if face is None:
            # two codes are two words
            drawn.append(f"{' ' * coded}U+{ord(cluster):04X}")
            lacking.append(cluster)
        else:
            drawn.append(_drawn(face, cluster))
        used.add(face or of[0])
        coded = face is None
    return Setting("".join(drawn), tuple(face for face in of if face in used), "".join(lacking))


def named(lacking: str) -> str:
    """What to say of a figure or file with characters that no face has; it follows its name."""
    every = list(dict.fromkeys(lacking))
    names = [f"U+{ord(one):04X} ({unicodedata.name(one, 'no name')})" for one in every[:_NAMED]]
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    codes, them = ("their codes", "them") if len(every) > 1 else ("its code", "it")
    return f"shows {codes} for {', '.join(names)}{more}: no font here has {them}"


def by_face(text: str, of: Sequence[Face]) -> dict[Face, str]:
    """What of a text that was set in some faces each of them draws."""
    parts: dict[Face, str] = {}
    for cluster in clusters(text):
        face = _first(cluster, of) or of[0]
        parts[face] = parts.get(face, "") + cluster
    return parts


def clusters(text: str) -> list[str]:
    """The characters of a text, each with the marks on it and what is joined to it."""
    whole: list[str] = []
    for character in text:
        if whole and (_extends(character) or whole[-1].endswith(_JOINER)):
            whole[-1] += character
        else:
            whole.append(character)
    return whole


def breakable(text: str) -> Iterator[tuple[str, str]]:
    """The parts between which a text may be broken, each with the space, if any, that parts it from the last.

    It may be broken at spaces, and around ideographs and kana where no punctuation forbids it.
    """
    for word in text.split(" "):
        part, gap, last = "", " ", ""
        for cluster in clusters(word):
            if last and _may_break(last[0], cluster[0]):
                yield gap, part
                part, gap = "", ""
            part += cluster
            last = cluster
        yield gap, part


def runs_left(text: str) -> bool:
    """Whether a text runs from right to left, as its first letter does."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((way for way in strong if way in ("L", "R", "AL")), "L") != "L"


def directed(lines: Sequence[str], text: str) -> tuple[str, ...]:
    """The lines of a text, each with the way of the whole; one that would run the other has a mark."""
    left = runs_left(text)
    mark = _RIGHT_TO_LEFT if left else _LEFT_TO_RIGHT
    return tuple(line if runs_left(line) == left else mark + line for line in lines)


def unseen(character: str) -> bool:
    """Whether a character has no picture: joiners, direction marks and variation selectors."""
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def _settable(whole: Sequence[str], of: Sequence[Face]) -> Iterator[tuple[str, Face | None]]:
    """Clusters with the first face that has all of each; without a face what of a cluster has none."""
    for cluster in whole:
        ends = range(len(cluster), 0, -1)
        end, face = next(((end, face) for end in ends if (face := _first(cluster[:end], of))), (0, None))
        if end < len(cluster) and _JOINER in cluster:
            # an emoji made of others is drawn as these
            yield from _settable(clusters(cluster.replace(_JOINER, "")), of)
            continue
        if face:
            yield cluster[:end], face
        # a mark cannot stand on a letter of another face
        yield from ((character, None) for character in cluster[end:] if not unseen(character))


def _first(cluster: str, of: Sequence[Face]) -> Face | None:
    """The first face that has all of a cluster."""
    return next((face for face in of if _has(face, cluster)), None)


def _has(face: Face, text: str) -> bool:
    there = characters(face)
    return all(ord(character) in there or unseen(character) for character in text)


def _drawn(face: Face, text: str) -> str:
    there = characters(face)
    return "".join(character for character in text if ord(character) in there)


def _extends(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or unseen(character) or ord(character) in _TONES


def _may_break(last: str, first: str) -> bool:
    """Whether a line may end between two characters of a word."""
    if first in _NOT_FIRST or unicodedata.category(first) in ("Pe", "Pf", "Po"):
        return False
    return unicodedata.category(last) not in ("Ps", "Pi") and (_is_ideograph(last) or _is_ideograph(first))


def _is_ideograph(character: str) -> bool:
    """Whether a character is written without spaces around it, as Chinese and Japanese are; Korean is not."""
    wide = unicodedata.east_asian_width(character) in ("W", "F", "H")
    return wide and not unicodedata.name(character, "").startswith(("HANGUL", "HALFWIDTH HANGUL"))
