"""Cuts Noto Sans and Noto Sans SC down to what reports are written in; the results are committed.

    npm pack @expo-google-fonts/noto-sans@0.4.2 @expo-google-fonts/noto-sans-sc@0.4.3
    (unpack each into a folder)
    pip install fonttools
    python reports/fonts/make_fonts.py <folder of noto-sans> <folder of noto-sans-sc>

Latin and Cyrillic come from Noto Sans, whose Cyrillic letters are made for running
text. Chinese comes from Noto Sans SC: the 6763 characters of GB 2312, levels 1 and 2,
with the punctuation and signs of the same standard. `coverage.txt` lists, as ranges,
what the two can show together; a report marks any other character (`reports.glyphs`).
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
WEIGHTS = {"400Regular": "Regular", "600SemiBold": "SemiBold"}
LATIN_AND_CYRILLIC = {
    *range(0x20, 0x250),  # Latin with its extensions
    *range(0x2B0, 0x370),  # modifiers and combining marks
    *range(0x400, 0x530),  # Cyrillic
    *range(0x2000, 0x2070),  # punctuation
    *range(0x2070, 0x20D0),  # superscripts, currencies
    *range(0x2100, 0x2190),  # letter-like signs and numbers
    *range(0x2190, 0x2200),
    *range(0x2200, 0x2300),
}


def gb2312() -> set[int]:
    """Every character of GB 2312: rows 1 to 9 are signs, 16 to 87 Chinese characters."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found | {*range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)}


def cut(source: Path, target: Path, characters: set[int]) -> set[int]:
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "sups", "calt"]
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters & set(font.getBestCmap()))
    cutter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes, whenever it runs
    font.recalcTimestamp = False
    font.save(target)
    return set(font.getBestCmap())


def ranges(characters: set[int]) -> str:
    lines: list[list[int]] = []
    for point in sorted(characters):
        if lines and point == lines[-1][1] + 1:
            lines[-1][1] = point
        else:
            lines.append([point, point])
    return "".join(f"{first:X}-{last:X}\n" for first, last in lines)


def main(latin: Path, chinese: Path) -> None:
    covered: set[int] = set()
    for folder, weight in WEIGHTS.items():
        western = cut(
            latin / folder / f"NotoSans_{folder}.ttf", HERE / f"NotoSans-{weight}.ttf", LATIN_AND_CYRILLIC
        )
        eastern = cut(
            chinese / folder / f"NotoSansSC_{folder}.ttf", HERE / f"NotoSansSC-{weight}.ttf", gb2312()
        )
        covered = (covered & (western | eastern)) if covered else western | eastern
    (HERE / "coverage.txt").write_text(ranges(covered))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
