"""A picture of what `python -m benchmarks.requests` printed: requests a second, to each contender, by question.

    python -m benchmarks.requests --peers | tee figures.txt; python -m benchmarks.plot figures.txt > picture.svg

A bar to the right of the line is where Sightline answers more requests than the other; the scale is logarithmic, as
twice as many and half as many are equally far.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from math import log10
from pathlib import Path

LINE = re.compile(r"^ *(?P<question>\w+)  to +(?P<other>\w+) +(?P<requests>[\d.]+)x requests", re.MULTILINE)
LEAST, MOST = 0.05, 20.0
MARKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
COLOURS = {
    "standard": "#8f7ee7",
    "unguarded": "#9aa0a6",
    "floor": "#5f6368",
    "postgraphile": "#1f7a8c",
    "yoga": "#d9822b",
}
LEFT, WIDTH, BAR, GAP, TOP = 190, 520, 15, 22, 44


def main() -> None:
    """Print the picture of the figures in a file."""
    found = [
        (match["question"], match["other"], float(match["requests"]))
        for match in LINE.finditer(Path(sys.argv[1]).read_text())
    ]
    if not found:
        raise SystemExit(f"{sys.argv[1]} has no figures: give it what `python -m benchmarks.requests` printed")
    sys.stdout.write("\n".join(_picture(found)) + "\n")


def _picture(found: list[tuple[str, str, float]]) -> Iterator[str]:
    questions = list(dict.fromkeys(question for question, _, _ in found))
    height = TOP + len(found) * BAR + len(questions) * GAP + 24
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 60} {height}" role="img"'
        ' font-family="sans-serif" font-size="12">'
    )
    yield "<title>Requests a second of Sightline, to each contender</title>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    for mark in MARKS:
        stroke = "#202124" if mark == 1 else "#e0e0e0"
        yield f'<line x1="{_x(mark)}" x2="{_x(mark)}" y1="{TOP - 10}" y2="{height - 16}" stroke="{stroke}"/>'
        yield f'<text x="{_x(mark)}" y="{TOP - 18}" text-anchor="middle" fill="#202124">{mark:g}x</text>'
    y = TOP
    for question in questions:
        yield f'<text x="12" y="{y + BAR - 3}" font-weight="bold" fill="#202124">{question}</text>'
        for _, other, ratio in (each for each in found if each[0] == question):
            yield from _bar(y, other, ratio)
            y += BAR
        y += GAP
    yield "</svg>"


def _bar(y: int, other: str, ratio: float) -> Iterator[str]:
    ends = sorted((_x(1), _x(ratio)))
    yield f'<text x="{LEFT - 8}" y="{y + BAR - 3}" text-anchor="end" fill="#202124">{other}</text>'
    yield (
        f'<rect x="{ends[0]}" y="{y + 1}" width="{ends[1] - ends[0]:.1f}" height="{BAR - 3}" fill="{COLOURS[other]}"/>'
    )
    after = _x(max(ratio, 1)) + 4
    yield f'<text x="{after:.1f}" y="{y + BAR - 3}" fill="#202124">{ratio:.2f}</text>'


def _x(ratio: float) -> float:
    within = min(max(ratio, LEAST), MOST)
    return round(LEFT + WIDTH * (log10(within) - log10(LEAST)) / (log10(MOST) - log10(LEAST)), 1)


if __name__ == "__main__":
    main()
