"""Pages of the real recordings; their synthetic twin is in `test_map.py`."""

import os
from pathlib import Path

import numpy as np
import pytest

from detente.view import map_page

DATA = Path(os.environ.get("DETENTE_DATA", "../shared/data"))


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "objects", "megabytes"),
    [("ais/solent-2016-01-12.csv", 91, 0.4), ("adsb/switzerland.json.gz", 842, 2.5)],
)
def test_a_recording_makes_a_light_page(file: str, objects: int, megabytes: float) -> None:
    if not (DATA / file).exists():
        pytest.skip(f"needs {DATA / file}: set DETENTE_DATA")
    pytest.importorskip("orjson")
    pytest.importorskip("pyarrow")
    from detente.io import read  # noqa: PLC0415 - needs the packages above

    recording = read(DATA / file)
    seen = recording.detections
    points = {name: seen[name] for name in ("time_s", "x_m", "y_m")}
    tracks = {"track_id": np.unique(seen["identity"].astype(str))}
    assert len(tracks["track_id"]) == objects
    page = map_page(
        {**points, "track_id": seen["identity"]}, tracks, title=file, frame=recording.frame
    )
    assert len(page.encode()) < megabytes * 1e6
