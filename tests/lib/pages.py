"""What a page of the book of figures says: its glyphs, read as the fonts say that they read."""

from __future__ import annotations

import re

from pipeline.charts.book import Page


def texts_on(one: Page) -> list[tuple[str, float, float]]:
    """The texts on a page, each with the place of its first glyph."""
    found = []
    for whole in re.findall(r"BT (.*?)\nET", one.content, re.DOTALL):
        text, places, font = "", [], ""
        for name, x, y, codes in re.findall(r"/(\S+) |1 0 0 1 (\S+) (\S+) Tm <(\w+)> Tj", whole):
            font = name or font
            places += [(float(x), float(y))] if codes else []
            text += "".join(one.used[font][int(code, 16)] for code in re.findall("....", codes))
        found.append((text, *places[0]))
    return found


def with_text(one: Page, text: str) -> Page:
    """The page with a text more on it, in a font of its own."""
    codes = "".join(f"{number:04X}" for number in range(len(text)))
    drawn = f"BT 0 0 0 rg /More 9 Tf\n1 0 0 1 0 0 Tm <{codes}> Tj\nET"
    return Page(one.width, one.height, f"{one.content}\n{drawn}", one.used | {"More": dict(enumerate(text))})
