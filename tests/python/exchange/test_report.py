"""Reports are columns that never change, at home in Arrow."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow  # noqa: ICN001 - pa is the name without types
import pytest
from oracle.release_cases import fields_of, payload, tracks

import detente as dt
from detente.exchange import (
    COLUMNS,
    FIELDS,
    Grant,
    Report,
    SensorDescription,
    SetAside,
    arrow_from_report,
    release_under,
    report_from_arrow,
)

pa: Any = pyarrow  # without types
FRAME = dt.LocalFrame(37.0, 68.0, 1_500.0)
RADAR = SensorDescription.from_sensor(
    dt.RangeBearingSensor(
        range_std_m=10.0,
        bearing_std_rad=0.01,
        detection_probability=0.9,
        clutter_density=1e-6,
        coverage=dt.Sector(range_m=2e4, bearing_rad=0.5, width_rad=1.0),
    ),
    axes=2,
    pose=dt.Pose(position_m=(10.0, 20.0, 30.0), heading_rad=0.3),
)
CAMERA = SensorDescription(
    name="camera", kind="elsewhere", noise=((1e-6,),), detection_probability=0.8
)


def of_every_kind(n: int) -> dict[str, Report]:
    rng = np.random.default_rng(n)
    fields = fields_of(rng, n)
    z = rng.uniform(0, 1, (n, 2))
    own = tracks(rng, FRAME, n)
    grant = Grant(
        sender="north",
        recipient="south",
        level="counts",
        from_ns=0,
        until_ns=10**18,
        area=[[[np.array([[36.9, 67.9], [36.9, 68.1], [37.1, 68.1], [37.1, 67.9]])]]],
        cadence_ns=1_000_000_000,
        count_cell_m=2_000.0,
        count_at_least=2,
    )
    counts = release_under(own, grant, recipient="south", time_ns=own.time_ns)
    assert counts is not None
    noise = np.stack([np.eye(2)] * n) if n else np.empty((0, 2, 2))
    return {
        "detections": Report.detections(
            "north", 0, 7, z, sensor=RADAR, fields=fields, frame=FRAME, noise=noise
        ),
        "tracklets": Report.tracklets(
            "north",
            2,
            2**62,
            track_id=own.track_id,
            position_m=z,
            from_ns=np.arange(n),
            information=own.cov,
            information_vector=own.mean,
            log_evidence=z[:, 0],
            is_reset=z[:, 1] > 0.5,
            sensor=CAMERA,
            fields=fields,
        ),
        "tracks": replace(own, relay=True, grid_level=7),
        "counts": counts,
    }


@pytest.mark.parametrize("n", [0, 1, 5])
@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_survives_the_round_trip(kind: str, n: int) -> None:
    report = of_every_kind(n)[kind]
    found = report_from_arrow(pa.table(arrow_from_report(report)))
    assert isinstance(found, Report)
    assert payload(found) == payload(report)
    for name in ("origin", "kind", "time_ns", "sequence", "axes", "relay", "grid_level"):
        assert getattr(found, name) == getattr(report, name), name
    assert found.sensor == report.sensor
    assert found.frame == report.frame
    assert list(found.columns) == list(report.columns)
    assert list(found.fields) == list(report.fields)
    for name in (*report.columns, *report.fields):
        assert found[name].dtype == report[name].dtype, name
        np.testing.assert_array_equal(found[name], report[name], err_msg=name)


def test_what_is_not_known_is_kept_and_passed_on() -> None:
    table = pa.table(arrow_from_report(of_every_kind(2)["tracks"]))
    table = table.append_column("from the future", pa.array([b"ab", b"cd"], pa.binary(2)))
    head = {**json.loads(table.schema.metadata[b"detente.report"]), "theirs": {"kept": [1.5]}}
    table = table.replace_schema_metadata({"detente.report": json.dumps(head), "pandas": "{}"})
    found = report_from_arrow(table)
    assert isinstance(found, Report)
    again = pa.table(arrow_from_report(found))
    assert list(again.schema.metadata) == [b"detente.report"], "one note, or bytes had no order"
    assert json.loads(again.schema.metadata[b"detente.report"]) == head
    assert again["from the future"].to_pylist() == [b"ab", b"cd"]
    note = again.schema.field("from the future").metadata
    assert note == {b"detente.identifies": b"unknown"}
    grant = Grant(sender="north", recipient="south", level="tracks", from_ns=0, until_ns=10**18)
    released = release_under(found, grant, recipient="south", time_ns=found.time_ns)
    assert released is not None
    assert not released.fields
    assert not released.notes


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'"tracks"', b'"songs"', "kind 'songs'"),
        (b"report/2", b"report/1", "schema .*report/1"),
        (b"report/2", b"report/3", "schema .*report/3"),
    ],
)
def test_what_this_version_cannot_read_is_set_aside(old: bytes, new: bytes, what: str) -> None:
    table = pa.table(arrow_from_report(of_every_kind(2)["tracks"]))
    head = table.schema.metadata[b"detente.report"].replace(old, new)
    found = report_from_arrow(table.replace_schema_metadata({b"detente.report": head}))
    assert isinstance(found, SetAside)
    assert re.search(what, found.reason)
    assert found.head["origin"] == "north"
    assert len(found.columns["mean"]) == 2


def test_identifying_fields_are_marked() -> None:
    known = {"mmsi": "yes", "name": "yes", "heading_rad": "no", "unheard_of": "unknown"}
    table = pa.table(arrow_from_report(of_every_kind(3)["tracks"]))
    for name, mark in known.items():
        assert table.schema.field(name).metadata[b"detente.identifies"] == mark.encode()
    assert all(
        FIELDS[name].is_identifying == (mark == "yes")
        for name, mark in known.items()
        if name in FIELDS
    )


def test_data_frames_read_it() -> None:
    report = of_every_kind(5)["counts"]
    frame = pl.DataFrame(pa.table(arrow_from_report(report)))
    assert frame["count"].dtype == pl.Int64
    assert frame["count"].is_null().to_list() == report["is_below"].tolist()
    assert frame["row_id"].n_unique() == len(report)


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(dt.errors.DecodeError, match=r"must have the note detente\.report"):
        report_from_arrow(pa.table({"x": [1]}))
    table = pa.table(arrow_from_report(of_every_kind(2)["tracks"]))
    with pytest.raises(dt.errors.DecodeError, match="contradicts its schema: tracks have the col"):
        report_from_arrow(table.drop_columns(["existence"]))
    with pytest.raises(dt.errors.DecodeError, match="must be JSON with schema and kind"):
        report_from_arrow(table.replace_schema_metadata({"detente.report": "no"}))


def test_identities_say_nothing_but_the_row_and_survive_its_neighbours() -> None:
    z = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    all_three = Report.detections("north", 0, 7, z, sensor=RADAR).row_id
    alone = Report.detections("north", 0, 7, z[1:2], sensor=RADAR).row_id
    assert np.array_equal(all_three[1], alone[0])
    assert len({row.tobytes() for row in all_three}) == 3, "equal rows are counted"
    others = [
        Report.detections("south", 0, 7, z, sensor=RADAR),
        Report.detections("north", 0, 8, z, sensor=RADAR),
        Report.detections("north", 0, 7, z, sensor=replace(RADAR, name="other")),
        Report.detections("north", 0, 7, z + 1.0, sensor=RADAR),
    ]
    seen = {row.tobytes() for report in others for row in report.row_id}
    assert len(seen) == 12
    assert not seen & {row.tobytes() for row in all_three}


def test_an_empty_scan_is_a_report_and_says_how_the_sensor_looked() -> None:
    empty = Report.detections("north", 0, 7, np.empty((0, 2)), sensor=RADAR, frame=FRAME)
    grant = Grant(sender="north", recipient="south", level="detections", from_ns=0, until_ns=100)
    released = release_under(empty, grant, recipient="south", time_ns=7)
    assert released is not None
    assert len(released) == 0
    assert released.sensor == RADAR


def test_bad_reports_are_refused() -> None:
    good = of_every_kind(2)["tracks"]
    with pytest.raises(dt.errors.SettingError, match="must not be called mean, like a column"):
        replace(good, fields={"mean": np.zeros(2)})
    with pytest.raises(dt.errors.ShapeError, match="field mmsi must have 2 rows"):
        replace(good, fields={"mmsi": np.zeros(3)})
    with pytest.raises(dt.errors.SettingError, match=r"kind must be one of .* found 'songs'"):
        replace(good, kind="songs")
    with pytest.raises(
        dt.errors.SettingError, match="the origin of a report must be text of at least"
    ):
        replace(good, origin="")
    with pytest.raises(
        dt.errors.SettingError, match="axes must be a whole number from 2 to 3, found 1"
    ):
        replace(good, axes=1)
    mean = good.mean.copy()
    mean[1, 0] = np.nan
    with pytest.raises(dt.errors.NotFiniteError, match="mean must be finite, row 1 is not"):
        replace(good, columns={**good.columns, "mean": mean})
    with pytest.raises(dt.errors.DTypeError, match="track_id must hold uint64, found float64"):
        Report.tracks("north", 0, 0, [0.5], np.zeros((1, 4)), np.eye(4)[None], [1.0])
    with pytest.raises(dt.errors.SettingError, match="track_id must not be negative"):
        Report.tracks("north", 0, 0, [-1], np.zeros((1, 4)), np.eye(4)[None], [1.0])


def test_a_report_keeps_its_own_copy_and_cannot_be_written() -> None:
    mean = np.zeros((2, 4))
    report = Report.tracks(
        "north", 0, 0, np.arange(2, dtype=np.uint64), mean, np.stack([np.eye(4)] * 2), np.ones(2)
    )
    mean[:] = 7.0
    assert not report.mean.any()
    with pytest.raises(ValueError, match="read-only"):
        report.mean[0, 0] = 1.0
    assert len(report) == 2
    assert report.nbytes == 2 * (16 + 8 * (1 + 4 + 16 + 1))


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(1, 4, 4\)"):
        Report.tracks(
            "north", 0, 0, np.zeros(1, np.uint64), np.zeros((1, 4)), np.eye(4), np.ones(1)
        )
    with pytest.raises(dt.errors.ShapeError, match=r"existence must have shape \(1,\)"):
        Report.tracks(
            "north", 0, 0, np.zeros(1, np.uint64), np.zeros((1, 4)), np.eye(4)[None], np.ones(2)
        )
