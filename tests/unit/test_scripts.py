"""Texts of any script: which faces they are set in, where lines may break, which way they run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.charts import faces, measure, scripts
from pipeline.charts.style import NAME, Style


@pytest.fixture
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without fonts."""
    monkeypatch.setattr(faces, "FOLDERS", ())


def families(text: str, bold: bool = False) -> list[str]:
    return [face.family for face in scripts.setting(text, bold).faces]


def test_one_of_our_own_faces_takes_the_whole_of_a_text() -> None:
    assert families("Plain, naïve") == ["Open Sans"]
    assert families("שלום world") == ["DejaVu Sans"]
    assert families("مرحبا 😀", bold=True) == ["DejaVu Sans"]


def test_a_text_of_several_scripts_is_set_in_the_first_face_that_has_each(cjk: Path) -> None:
    text = "日本語 with שלום"
    drawn = scripts.setting(text, bold=False)
    assert (drawn.text, drawn.lacking) == (text, "")
    by_face = scripts.by_face(drawn.text, drawn.faces)
    parts = {face.family: part.strip() for face, part in by_face.items()}
    assert parts == {"Noto Sans CJK JP": "日本語", "Open Sans": "with", "DejaVu Sans": "שלום"}
    placed = [(glyph.face.family, glyph.text) for glyph in measure.glyphs(drawn.text, drawn.faces)]
    assert placed[:3] == [("Noto Sans CJK JP", character) for character in "日本語"]
    assert placed[-4:] == [("DejaVu Sans", character) for character in "םולש"]
    assert families("日本語", bold=True) == ["Noto Sans CJK JP"]


def test_a_face_of_the_system_is_chosen_in_the_order_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cjk: Path
) -> None:
    first, second = tmp_path / "a", tmp_path / "b" / "within"
    for folder, name in ((first, "ipag.ttf"), (second, cjk.name), (second, "IPAG.TTF"), (first, "other.ttf")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(cjk)
    monkeypatch.setattr(faces, "FOLDERS", (str(first), str(tmp_path / "b")))
    of_system = [face for face in faces.faces(bold=True) if face not in faces.packaged(bold=True)]
    assert [(face.family, face.path) for face in of_system] == [
        ("Noto Sans CJK JP", second / cjk.name),
        ("IPAGothic", first / "ipag.ttf"),
    ]
    assert set(faces.looked_at()) >= {first, second, tmp_path / "b"}
    assert list(faces.of_system()) == [cjk.name, "ipag.ttf"]
    assert faces.file_named("OpenSans-Bold.ttf") == faces.packaged(bold=True)[0].path
    assert faces.file_named("nobody.ttf") is None


def test_a_file_that_is_no_font_has_no_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"no font")
    (tmp_path / "ipag.ttf").mkdir()
    monkeypatch.setattr(faces, "FOLDERS", (str(tmp_path),))
    assert scripts.setting("カ", bold=False).text == "U+30AB"


@pytest.mark.usefixtures("no_system")
@pytest.mark.parametrize(
    ("text", "drawn", "lacking"),
    [
        ("カ", "U+30AB", "カ"),
        ("a カタ b", "a U+30AB U+30BF b", "カタ"),
        ("שלום カ", "שלום U+30AB", "カ"),
        # a mark goes with its letter, and a letter stays without a mark that no face has
        ("e\u1ac1x", "eU+1AC1x", "\u1ac1"),
        ("カ\u0301x", "U+30AB U+0301x", "カ\u0301"),
        ("👩\u200d💻", "U+1F469 U+1F4BB", "👩💻"),
        ("成\ufe00", "U+6210", "成"),
    ],
)
def test_a_character_that_no_face_has_is_its_code(text: str, drawn: str, lacking: str) -> None:
    made = scripts.setting(text, bold=False)
    assert (made.text, made.lacking) == (drawn, lacking)
    assert all(glyph.number for glyph in measure.glyphs(made.text, made.faces))


def test_a_mark_goes_with_its_letter(cjk: Path) -> None:
    for text in ("か\u309a カ\u309a", "e\u0301か"):
        made = scripts.setting(scripts.clean(text), bold=False)
        assert not made.lacking
        assert all(glyph.number for glyph in measure.glyphs(made.text, made.faces))
    assert scripts.clusters("e\u0301か\u309a👩🏽\u200d💻!") == ["e\u0301", "か\u309a", "👩🏽\u200d💻", "!"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("two words", "two words"),
        ("日本語", "日|本|語"),
        ("不足（社内）、です。", "不|足|（社|内）、|で|す。"),
        ("「カード」ッ", "「カー|ド」ッ"),
        ("Python入門 3年", "Python|入|門 3|年"),
        ("한국어 조사", "한국어 조사"),
        ("e\u0301か\u309aき", "e\u0301|か\u309a|き"),
    ],
)
def test_lines_break_between_ideographs_and_not_before_what_closes(text: str, parts: str) -> None:
    broken = [gap or "|" for gap, _ in scripts.breakable(text)]
    made = "".join(f"{gap}{part}" for gap, (_, part) in zip(broken, scripts.breakable(text), strict=True))
    assert made == f" {parts}"


def test_chinese_is_broken_and_whole(cjk: Path) -> None:
    text = "技能や予算の不足（社内の教育を含む）、調査でわかった妨げとなるものは「何か」。"
    for width in (40, 60, 100, 150):
        for made in (measure.block(text, NAME, width), measure.balanced(text, NAME, width)):
            assert "".join(made.lines) == text
            assert len(made.lines) > 1
            assert made.width <= width
            assert not [line for line in made.lines if line[0] in "、。）」" or line[-1] in "（「"]


@pytest.mark.parametrize(
    ("text", "left"),
    [("שלום", True), ("42 مرحبا", True), ("Open שלום", False), ("42 (7)", False), ("", False)],
)
def test_a_text_runs_as_its_first_letter_does(text: str, left: bool) -> None:
    assert scripts.runs_left(text) is left


def shown(text: str, faces_: tuple[faces.Face, ...]) -> str:
    """What stands on a line from left to right."""
    return "".join(glyph.text for glyph in measure.glyphs(text, faces_))


def test_a_broken_label_begins_on_its_first_line_and_keeps_its_way() -> None:
    label = "עלות גבוהה בשנת 2025 Open Source (ו-3) סיבות 42 7"
    made = measure.block(label, Style(9), 75)
    words = " ".join(made.lines).replace("\u200f", "").split(" ")
    assert words == label.split(" ")
    assert len(made.lines) > 2
    assert all(scripts.runs_left(line) for line in made.lines)
    english = next(line for line in made.lines if re.match("\u200f?(2025|Open)", line))
    assert english.startswith("\u200f")
    # from the right, a line begins with its first word; words of other scripts and numbers are not turned
    first = shown(made.lines[0], made.faces)
    assert first.endswith("עלות"[::-1])
    assert "Open" in shown(english, made.faces) or "2025" in shown(english, made.faces)
    assert "2025" in "".join(shown(line, made.faces) for line in made.lines)
    of_latin = measure.block("Open Source של שלום עולם שלום", Style(9), 60)
    assert [line[0] for line in of_latin.lines[1:]] == ["\u200e"] * (len(of_latin.lines) - 1)
    assert measure.extent("\u200fabc", 9, faces.packaged(bold=False)[:1]).width == pytest.approx(
        measure.extent("abc", 9, faces.packaged(bold=False)[:1]).width
    )
