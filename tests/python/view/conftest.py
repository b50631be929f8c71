"""What the tests of pages share: a small recording, and a slow reader of pages."""

import base64
import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Columns = dict[str, Any]
START_S = 1_452_603_600.0


class PageReader(HTMLParser):
    """The elements of a page and the text inside each kind of element."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "input"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def text_of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.text_of("script")[0])


def integers_from_text(text: str) -> list[int]:
    """Decode a column the slow and obvious way."""
    values: list[int] = []
    value = zigzag = shift = 0
    for byte in base64.b64decode(text):
        zigzag |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            value += zigzag // 2 if zigzag % 2 == 0 else -(zigzag + 1) // 2
            values.append(value)
            zigzag = shift = 0
    return values


@pytest.fixture(autouse=True)
def no_installed_backdrop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pages the same whether the optional data packages are installed or not."""
    monkeypatch.setattr("detente.view.backdrop.installed_files", dict)


@pytest.fixture
def read() -> Callable[[str], PageReader]:
    def read_page(html: str) -> PageReader:
        reader = PageReader()
        reader.feed(html)
        reader.close()
        return reader

    return read_page


@pytest.fixture
def decode() -> Callable[[str], list[int]]:
    return integers_from_text


@pytest.fixture
def ids() -> NDArray[np.uint64]:
    return np.array([2**64 - 1, 7, 2**53 + 1], np.uint64)


@pytest.fixture
def tracks(ids: NDArray[np.uint64]) -> Columns:
    return {
        "track_id": ids,
        "identity": ["alpha", "beta", "gamma"],
        "detections": np.array([61, 40, 21]),
        "max_existence": np.array([0.99, 0.8, 1.0]),
    }


@pytest.fixture
def points(ids: NDArray[np.uint64]) -> Columns:
    """Three ships: one for ten minutes, one for the first 390 s, one from 400 s on."""
    spans_s = [np.arange(0, 601, 10.0), np.arange(0, 391, 10.0), np.arange(400, 601, 10.0)]
    courses = [(50.70, -1.30, 1e-4, 2e-4), (50.80, -1.10, -2e-4, 0.0), (50.75, -1.20, 0.0, -2e-4)]
    rows = [
        np.stack([np.full(len(t), k), t, lat + dlat * t, lon + dlon * t, np.full(len(t), 0.9)])
        for k, (t, (lat, lon, dlat, dlon)) in enumerate(zip(spans_s, courses, strict=True))
    ]
    owner, time_s, lat_deg, lon_deg, existence = np.concatenate(rows, axis=1)
    return {
        "track_id": ids[owner.astype(int)],
        "time_s": START_S + time_s,
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        "existence": existence,
    }
