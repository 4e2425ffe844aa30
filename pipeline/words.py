"""How two pieces of text are compared: the same rule for headings, labels and answers."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "′": "'", "`": "'", "“": '"', "”": '"', "„": '"', "″": '"'}
    | {"\ufeff": "", "–": "-", "—": "-", "‑": "-", "−": "-"}
)


def fold(text: str) -> str:
    """`text` as it is compared: NFKC, straight quotes and dashes, single spaces, case folded."""
    # Quotes go first: NFKC turns the double prime into two single ones.
    straight = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    return " ".join(straight.split()).casefold()


def is_beginning(label: str) -> bool:
    """Whether a declared label stands for every text that begins so."""
    return label.rstrip().endswith(ELLIPSIS)


def beginning(label: str) -> str:
    """The folded beginning that a label ending in an ellipsis declares."""
    return fold(label.rstrip().removesuffix(ELLIPSIS))


def fits(label: str, text: str) -> bool:
    """Whether `text` is what `label` declares, whole or as a beginning."""
    if is_beginning(label):
        return fold(text).startswith(beginning(label))
    return fold(label) == fold(text)


def best_fit(labels: dict[str, str], text: str) -> list[str]:
    """The ids whose label fits `text` best: exact beats beginning, the longest beginning wins.

    More than one id comes back only where two labels fit equally well; none fits: an empty list.
    """
    folded = fold(text)
    exact = [i for i, label in labels.items() if not is_beginning(label) and fold(label) == folded]
    if exact:
        return exact
    starts = {i: beginning(label) for i, label in labels.items() if is_beginning(label)}
    fitting = {i: start for i, start in starts.items() if folded.startswith(start)}
    longest = max((len(start) for start in fitting.values()), default=0)
    return [i for i, start in fitting.items() if len(start) == longest]


def plain(identifier: str) -> str:
    """An id as words, for names that have no label of their own (`strong_agree` → `Strong agree`)."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
