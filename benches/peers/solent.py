"""The Solent's ships, from the CSV to tables of tracks, beside Stone Soup's own demonstration."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version
from recordings import recordings, tables

from detente import io
from detente.cli.score import reference_from_recording, score
from detente.io.presets import preset_for

FILE = "ais/solent-2016-01-12.csv"
REPEATS = 15 if full() else 5
FIRST_REPORTS = 1_500 if full() else 500


def stone_soup_rows(path: Path) -> list[Row]:
    """Return its demonstration on the whole file, and every report of the file's beginning."""
    rows: list[Row] = [
        {"tracker": "Stone Soup's demonstration", "CPU s": NOT_INSTALLED},
        {"tracker": f"Stone Soup, first {FIRST_REPORTS:,} reports", "CPU s": NOT_INSTALLED},
    ]
    if not version("stonesoup"):
        return rows
    import stone_soup_ais  # noqa: PLC0415  # a peer may be missing

    with TemporaryDirectory() as folder:
        beginning = Path(folder) / "beginning.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        beginning.write_text("".join(lines[: 1 + FIRST_REPORTS]), encoding="utf-8")
        for row, file, reports in (
            (rows[0], path, len(lines) - 1),
            (rows[1], beginning, FIRST_REPORTS),
        ):
            start_s = time.process_time()
            tracks, points = stone_soup_ais.tables(file, by_the_minute=file == path)
            elapsed_s = time.process_time() - start_s
            row["CPU s"] = rounded(elapsed_s)
            row["ms a report"] = rounded(1e3 * elapsed_s / reports)
            row["MMSI"] = "used"
            row["tracks"], row["points"] = tracks, points
    return rows


def our_row(path: Path) -> Row:
    """Return what `detente track` does, without its page."""
    recording = io.read(path)
    settings = preset_for(recording, use_identity=False)
    points, tracks = tables(recording, settings)
    reference = reference_from_recording(recording, step_s=settings.score_step_s)
    assert reference is not None
    scores = score(
        points, reference, cutoff_m=settings.cutoff_m, longest_gap_s=settings.longest_gap_s
    )

    def whole() -> None:
        found = io.read(path)
        tables(found, preset_for(found, use_identity=False))

    whole_s = cpu_s(whole, repeats=REPEATS)
    return {
        "tracker": "detente, every report",
        "CPU s": rounded(whole_s),
        "ms a report": rounded(1e3 * whole_s / len(recording.detections)),
        "MMSI": "not used",
        "of it reading": rounded(cpu_s(lambda: io.read(path), repeats=REPEATS)),
        "of it tracking": rounded(cpu_s(lambda: tables(recording, settings), repeats=REPEATS)),
        "tracks": len(tracks),
        "points": len(points),
        "ships": scores["objects"],
        "GOSPA [m]": rounded(scores["gospa_m"]),
        "missed": rounded(scores["missed"]),
        "false": rounded(scores["false"]),
        "identity switches": scores["identity_switches"],
        "fragments": scores["fragments"],
    }


def main() -> None:
    path = recordings() / FILE
    settings = {
        "file": FILE,
        "Stone Soup": "the settings of its AIS demonstration: Ornstein–Uhlenbeck 0.5, 1e-4; "
        "R 15 m²; reports gathered by the minute, one per MMSI; tracks gated by MMSI; nearest "
        "neighbour; deleted after 10 minutes",
        "detente": "the blind preset for AIS (dt.presets.ais), every report at its own time",
        "repeats": REPEATS,
    }
    record("solent", settings=settings, rows=[*stone_soup_rows(path), our_row(path)])


if __name__ == "__main__":
    main()
