"""The plain part of YAML, in which questionnaires are written. The project has no library that reads YAML.

Read are mappings and lists by indentation or in brackets, quoted and plain texts, also over several lines,
and literal and folded blocks. Every scalar is text. Anchors, aliases, tags, merged keys and directives are
refused: no questionnaire needs them, and they can make a small file a huge one.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.drafting.questionnaires.source import DEEPEST, DefinitionError, Source

_QUOTED = re.compile(r"\"(?P<double>(?:[^\"\\]|\\.)*+)\"|'(?P<single>(?:[^']|'')*+)'", re.DOTALL)
_BLOCK = re.compile(r"(?P<style>[|>])[+-]?(?P<indent>[1-9]?)[+-]?\s*(?:#.*)?")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPED = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5})|(\n\s*)|(.))", re.DOTALL
)
_SIGNS = {"n": "\n", "t": "\t", "r": "\n", "N": "\n", "_": "\xa0", "L": "\n", "P": "\n"} | dict.fromkeys(
    "0abefv", ""
)
_REFUSED = {"&": "an anchor", "*": "an alias", "!": "a tag", "%": "a directive", "@": "a sign", "`": "a sign"}
_IN_BRACKETS = re.compile(r"(?:[^,\[\]{}:]|:(?![\s,\]}]|$))*")
_EMPTY = ("", "~", "null", "Null", "NULL")
_MOST_LINES = 200  # of a quoted text or a list in brackets


def read(source: Source) -> Any:
    """The file as dicts, lists and texts; DefinitionError, with the line, for what is not read."""
    return _Reader(source).document()


class _Reader:
    """Goes through the lines; `at` is the one that is read next, from 0."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.text.splitlines()
        self.at = 0

    def error(self, message: str, line: int | None = None) -> DefinitionError:
        """An error at a line, by default at the one that is read."""
        return self.source.error(message, f"line {(self.at if line is None else line) + 1}")

    def document(self) -> Any:
        """The whole file, which is one document."""
        if self._next() is not None and self.lines[self.at].startswith("---"):
            self.lines[self.at] = "   " + self.lines[self.at][3:]
        value = self._node(0, 0)
        if self._next() is not None and self.lines[self.at].strip() != "...":
            raise self.error("does not go on where the lines above end; look at its indentation")
        return value

    def _next(self) -> tuple[int, str] | None:
        """The indentation and the text of the next line that holds anything; None at the end."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            text = line.strip()
            if text and not text.startswith("#"):
                indent = len(line) - len(line.lstrip(" "))
                if line[indent] == "\t":
                    raise self.error("is indented with a tab; use spaces")
                return indent, text
            self.at += 1
        return None

    def _node(self, least: int, depth: int) -> Any:
        """What is indented by `least` or more: a list, a mapping or a scalar."""
        following = self._next()
        if following is None or following[0] < least:
            return ""
        if depth > DEEPEST:
            raise self.error(f"is nested more than {DEEPEST} deep, which no definition is")
        indent, text = following
        if _is_item(text):
            return self._list(indent, depth)
        if text.startswith("? ") or self._key(text):
            return self._mapping(indent, depth)
        return self._scalar(text, indent - 1)

    def _list(self, indent: int, depth: int) -> list[Any]:
        """The items of a list, each behind a dash."""
        items: list[Any] = []
        while (following := self._next()) and following[0] == indent and _is_item(following[1]):
            items.append(self._behind(following[1], indent, depth))
        return items

    def _behind(self, text: str, indent: int, depth: int) -> Any:
        """What stands behind the sign that a line begins with: it may begin a list or mapping there."""
        inner = text[1:].lstrip()
        if inner and (_is_item(inner) or inner.startswith("? ") or self._key(inner)):
            inside = indent + len(text) - len(inner)
            self.lines[self.at] = " " * inside + inner
            return self._node(inside, depth + 1)
        return self._value(inner, indent, depth, in_list=True)

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        """The keys of a mapping with their values."""
        values: dict[str, Any] = {}
        while (following := self._next()) and following[0] == indent and not _is_item(following[1]):
            line, text = self.at, following[1]
            split = None if text.startswith("? ") else self._key(text)
            if split is None and not text.startswith("? "):
                raise self.error("has no key: write `key: value`")
            key = split[0] if split else self._behind(text, indent, depth)
            if not isinstance(key, str) or key in values:
                raise self.error(f"has a key that is no text, or a second time: {str(key)[:40]}", line)
            values[key] = ""
            if split:
                values[key] = self._value(split[1], indent, depth)
            elif (below := self._next()) and below[0] == indent and re.match(r":(?:\s|$)", below[1]):
                values[key] = self._behind(below[1], indent, depth)
        if following and following[0] > indent:
            raise self.error("is indented unlike the lines above it")
        return values

    def _key(self, text: str) -> tuple[str, str] | None:
        """A key and what stands behind its colon; None where the text has no key."""
        if text[0] in "\"'":
            quoted = _QUOTED.match(text)
            behind = text[quoted.end() :].lstrip() if quoted else ""
            if quoted is None or not re.match(r":(?:\s|$)", behind):
                return None
            return _unquoted(quoted), behind[1:].strip()
        if text[0] in "[{|>#":
            return None
        colon = re.search(r":(?=\s|$)", text)
        comment = _COMMENT.search(text)
        if not colon or not colon.start() or (comment and comment.start() < colon.start()):
            return None
        self._refuse(text)
        key = text[: colon.start()].strip()
        if key == "<<":
            raise self.error("merges another mapping, which is not read; write it out")
        return key, text[colon.end() :].strip()

    def _value(self, text: str, indent: int, depth: int, in_list: bool = False) -> Any:
        """What stands behind a colon or a dash, or in the lines below it that are indented more."""
        if not text or text.startswith("#"):
            self.at += 1
            following = self._next()
            # the dashes of a list may stand right below its key
            is_below = following and following[0] == indent and _is_item(following[1]) and not in_list
            return self._node(indent if is_below else indent + 1, depth + 1)
        block = _BLOCK.fullmatch(text)
        if block:
            return self._block(
                block["style"] == ">", indent + int(block["indent"] or 0), bool(block["indent"])
            )
        return self._scalar(text, indent)

    def _scalar(self, text: str, indent: int) -> Any:
        """A text or what stands in brackets; lines that are indented by more than `indent` belong to it."""
        if text[0] in "\"'":
            quoted = _QUOTED.match(self._closed(text, _QUOTED))
            assert quoted is not None  # noqa: S101  what `_closed` gives is closed
            self._ends(quoted.string[quoted.end() :])
            return _unquoted(quoted)
        if text[0] in "[{":
            return self._brackets(text)
        self._refuse(text)
        words = [_COMMENT.sub("", text).strip()]
        self.at += 1
        while (following := self._next()) and following[0] > indent:
            if self._key(following[1]) or _is_item(following[1]):
                raise self.error("is indented as if it belonged to the text above it")
            words.append(_COMMENT.sub("", following[1]).strip())
            self.at += 1
        return "" if len(words) == 1 and words[0] in _EMPTY else " ".join(words)

    def _closed(self, text: str, pattern: re.Pattern[str]) -> str:
        """A text that begins with a quote, with as many further lines as it takes to close it."""
        if pattern.match(text):
            return text
        start = self.at
        whole = "\n".join([text, *(line.strip() for line in self.lines[start + 1 : start + _MOST_LINES])])
        closed = pattern.match(whole)
        if closed is None:
            raise self.error("opens a quotation that is not closed", start)
        self.at += whole.count("\n", 0, closed.end())
        rest = whole[closed.end() :].partition("\n")[0]
        return whole[: closed.end()] + rest

    def _ends(self, rest: str) -> None:
        """Goes on to the next line; an error where anything but a comment is left of this one."""
        if _COMMENT.sub("", rest).strip():
            raise self.error("goes on behind the end of a value; put all of it into quotes")
        self.at += 1

    def _brackets(self, text: str) -> Any:
        """A list or mapping in brackets, on one line or several."""
        start, taken = self.at, 1
        while True:
            try:
                value, end = self._bracketed(text, 0, 0)
            except IndexError:
                if taken >= _MOST_LINES or self.at + 1 >= len(self.lines):
                    raise self.error("opens a bracket that is not closed", start) from None
                self.at, taken = self.at + 1, taken + 1
                text += "\n" + self.lines[self.at].strip()
                continue
            self._ends(text[end:])
            return value

    def _bracketed(self, text: str, start: int, depth: int) -> tuple[Any, int]:
        """A value in brackets, and where it ends; IndexError where the text ends before."""
        if depth > DEEPEST:
            raise self.error(f"is nested more than {DEEPEST} deep, which no definition is")
        start = _blank(text, start)
        if text[start] in "\"'":
            quoted = _QUOTED.match(text, start)
            if quoted is None:
                raise IndexError
            return _unquoted(quoted), quoted.end()
        if text[start] not in "[{":
            self._refuse(text[start:])
            plain = _IN_BRACKETS.match(text, start)
            word = " ".join(plain[0].split()) if plain else ""
            if _COMMENT.search(word):
                raise self.error("has a comment in brackets; put it above them")
            return ("" if word in _EMPTY else word), plain.end() if plain else start
        values: dict[str, Any] = {}
        items: list[Any] = []
        is_list, place = text[start] == "[", _blank(text, start + 1)
        while text[place] not in "]}":
            place += 2 if text.startswith("? ", place) else 0
            value, place = self._bracketed(text, place, depth + 1)
            place = _blank(text, place)
            if text[place] == ":":
                inner, place = self._bracketed(text, place + 1, depth + 1)
                values[str(value)] = inner
                place = _blank(text, place)
            else:
                items.append(value)
            if text[place] == ",":
                place = _blank(text, place + 1)
            elif text[place] not in "]}":
                raise self.error("has something between values in brackets; put a comma there")
        if (text[place] == "]") != is_list or (items and values) or (is_list and values):
            raise self.error("mixes lists and mappings in brackets")
        return (items if is_list or items else values), place + 1

    def _block(self, is_folded: bool, indent: int, is_given: bool) -> str:
        """A literal or folded block: the lines below that are indented more."""
        self.at += 1
        first = indent if is_given else 0
        lines: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            depth = len(line) - len(line.lstrip(" "))
            if line.strip():
                first = first or max(depth, indent + 1)
                if depth < first:
                    break
            lines.append(line[first:].rstrip())
            self.at += 1
        text = "\n".join(lines).strip("\n")
        return _folded(text) if is_folded else text

    def _refuse(self, text: str) -> None:
        """An error where a text begins with a sign that means more than text."""
        if text[0] in _REFUSED:
            what = _REFUSED[text[0]]
            raise self.error(f"begins with {text[0]}, {what} that is not read; put the text into quotes")


def _is_item(text: str) -> bool:
    """Whether a line is the item of a list."""
    return text == "-" or text.startswith("- ")


def _blank(text: str, start: int) -> int:
    """Where the blanks from `start` end."""
    while text[start].isspace():
        start += 1
    return start


def _folded(text: str) -> str:
    """Lines as one: a break is a space, and an empty line a break."""
    return re.sub(r"[ \t]*(\n+)[ \t]*", lambda breaks: "\n" * (len(breaks[1]) - 1) or " ", text)


def _unquoted(quoted: re.Match[str]) -> str:
    """A quoted text without its quotes, with what is escaped in it as the signs that are meant."""
    if quoted["single"] is not None:
        return _folded(quoted["single"]).replace("''", "'")
    return _ESCAPED.sub(_sign, re.sub(r"(?<!\\)[ \t]*(\n+)[ \t]*", _break, quoted["double"]))


def _break(breaks: re.Match[str]) -> str:
    return "\n" * (len(breaks[1]) - 1) or " "


def _sign(escaped: re.Match[str]) -> str:
    """The sign that an escape in double quotes stands for."""
    number = escaped[1] or escaped[2] or escaped[3]
    if number:
        return chr(min(int(number, 16), 0x10FFFF))
    return "" if escaped[4] else _SIGNS.get(escaped[5], escaped[5])
