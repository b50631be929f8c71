"""The Solent's ships, from the CSV to tables of tracks, beside Stone Soup's own demonstration."""

from pathlib import Path

from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version
from recordings import recordings, tables

from detente import io
from detente.cli.score import reference_from_recording, score
from detente.io.presets import settings_for

FILE = "ais/solent-2016-01-12.csv"
REPEATS = 15 if full() else 5


def stone_soup_row(path: Path) -> Row:
    """Return what its demonstration does with the file."""
    row: Row = {"tracker": "Stone Soup", "CPU s": NOT_INSTALLED, "uses MMSI": "yes"}
    if not version("stonesoup"):
        return row
    import stone_soup_ais  # noqa: PLC0415  # a peer may be missing

    counts: list[tuple[int, int]] = []
    row["CPU s"] = rounded(cpu_s(lambda: counts.append(stone_soup_ais.tables(path)), repeats=1))
    row["reports used"] = "one a ship and minute"
    row["tracks"], row["points"] = counts[0]
    return row


def our_row(path: Path) -> Row:
    """Return what `detente track` does, without its page."""
    recording = io.read(path)
    settings = settings_for(recording)
    points, tracks = tables(recording, settings)
    reference = reference_from_recording(recording, step_s=settings.score_step_s)
    assert reference is not None
    scores = score(
        points, reference, cutoff_m=settings.cutoff_m, longest_gap_s=settings.longest_gap_s
    )

    def whole() -> None:
        found = io.read(path)
        tables(found, settings_for(found))

    return {
        "tracker": "detente",
        "CPU s": rounded(cpu_s(whole, repeats=REPEATS)),
        "of it reading": rounded(cpu_s(lambda: io.read(path), repeats=REPEATS)),
        "of it tracking": rounded(cpu_s(lambda: tables(recording, settings), repeats=REPEATS)),
        "uses MMSI": "no",
        "reports used": f"{len(recording.detections):,}",
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
        "detente": "the usual settings for AIS (detente.io.presets), every report at its own time",
        "repeats": REPEATS,
    }
    record("solent", settings=settings, rows=[stone_soup_row(path), our_row(path)])


if __name__ == "__main__":
    main()
