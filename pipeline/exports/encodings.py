"""Which encodings the bytes of a text may be in, by how they read."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from itertools import islice

# of two that read the same, the first is named
CANDIDATES = (
    "cp1252", "mac_roman", "iso8859-15", "cp1250", "iso8859-2", "cp1254", "cp1257", "cp850", "cp437",
    "cp1251", "koi8-r", "cp866", "mac_cyrillic", "cp1253", "cp1255", "cp1256",
    "cp932", "euc-jp", "gb18030", "big5", "euc-kr",
)  # fmt: skip
_LOOKED_AT = 5_000  # words with a letter that is no ASCII
_WORD = re.compile(r"[^\W\d_]+")
# signs that people type, and letters of each script that are common in its languages
_SIGNS = set("‘’“”„‚‹›«»–—…•·£€§°¿¡№©®™´¨ªº½¼¾²³±×\xa0\u3000、。「」『』（）：；，！？・ー～％")
_COMMON = {
    "LATIN": set("éèüöäßñçáíóúàêâîôûëïùìòãõåøæœÉÖÜÄÅØÀÇÑ"
                 "ąćęłńśźżŁŚŻčřšžěůďťňýőűășşțţđğıİāēīūņļģķŠŽČ"),
    "CYRILLIC": set("оеаинтсрвлкмдпуяыьгзбчйхжшюОЕАИНТСРВЛКМДПУ"),
    "GREEK": set("αοιετσνηυρπκμλςάέίόήύώ"),
    "HEBREW": set("יוהלאתרמבשנ"),
    "ARABIC": set("اليمنوتربةعدسفهكقأ"),
    "CJK": set("的一是不了人我在有这个上们来到时大地为子中你说生国年和就要出也得后自以会问题您否满意非常"
               "请选择男女答這個們來時為說國問題選擇否滿請對嗎吗多少没無无使用如何什么麼工作本日何"),
}  # fmt: skip


def plausible(data: bytes) -> list[str]:
    """The encodings in which bytes read like a language, the likeliest first; of those that read alike one.

    Every byte must be one of the encoding. Letters should be of one script within a word, and common in it.
    """
    readings: dict[str, tuple[float, str]] = {}
    data = b"\n".join(line for line in data.splitlines() if not line.isascii())
    for encoding in CANDIDATES:
        try:
            text = codecs.decode(data, encoding)
        except UnicodeDecodeError:
            continue
        if text not in (read for _, read in readings.values()):
            readings[encoding] = (likeness(text), text)
    best = max((score for score, _ in readings.values()), default=0)
    likely = [name for name, (score, _) in readings.items() if score > 0.5 and score > best - 0.1]
    return sorted(likely, key=lambda name: -readings[name][0])


def likeness(text: str) -> float:
    """How much of what is no ASCII reads like a language: 1 where all does, below 0 where hardly any."""
    marks: Counter[str] = Counter()
    end = 0
    for run in islice(re.finditer(r"[^\x00-\x7f]+\w{0,40}", text), _LOOKED_AT):
        before = re.search(r"[^\W\d_]*\Z", text[max(end, run.start() - 40) : run.start()])
        marks[(before[0] if before else "") + run[0]] += 1
        end = run.end()
    total = good = 0.0
    for mark, times in marks.items():
        signs = [c for c in mark if ord(c) > 127 and not c.isalpha()]
        good += times * sum(1 if c in _SIGNS else -1 for c in signs)
        total += times * len(signs)
        for word in _WORD.findall(mark):
            letters = [c for c in word if ord(c) > 127]
            good += times * _of_word(word, letters)
            total += times * len(letters)
    return good / total if total else 0


def _of_word(word: str, letters: list[str]) -> float:
    """What the letters of a word that are no ASCII are worth, at most one each."""
    scripts = {_script(c) for c in word}
    if len(scripts) > 1:
        return -len(letters)
    (script,) = scripts
    if script not in _COMMON and script != "HANGUL":
        return -len(letters)
    if script in ("LATIN", "CYRILLIC", "GREEK"):
        # no word has a capital behind a small letter, and few Latin ones are of accented letters alone
        if not (word.islower() or word.isupper() or word.istitle()):
            return -len(letters)
        if script == "LATIN" and len(word) > 2 and len(letters) > 0.75 * len(word):
            return -len(letters)
    if script == "HANGUL":
        return len(letters)
    common = sum(c in _COMMON[script] or _is_kana(c) for c in letters)
    return common + (len(letters) - common) * 0.4


def _is_kana(letter: str) -> bool:
    return "\u3040" <= letter <= "\u30ff"


def _script(letter: str) -> str:
    """The script of a letter; kana and ideographs are written together."""
    if _is_kana(letter) or "\u4e00" <= letter <= "\u9fff":
        return "CJK"
    return unicodedata.name(letter, "").split(" ")[0]


def wide(data: bytes) -> str:
    """The UTF-16 that a text without a mark is in, by where its zeros stand; empty where it is none."""
    odd, even = data[1:4000:2].count(0), data[:4000:2].count(0)
    if max(odd, even) < len(data[:4000]) / 20 or 10 * min(odd, even) > max(odd, even):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def is_utf_8(data: bytes) -> bool:
    """Whether every byte is one of UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def nearly_utf_8(data: bytes) -> bool:
    """Whether more characters beyond ASCII can be read as UTF-8 than not."""
    read = data.decode("utf-8", "replace")
    damaged = read.count("\ufffd")
    return 2 * damaged < len(read) - len(read.encode("ascii", "ignore"))
