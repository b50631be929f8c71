# pyright: basic, reportMissingImports=false
"""Release of 1,000 reports of 1,000 rows under terms with an area of 1,000 vertices."""

import numpy as np
from numpy.typing import NDArray
from record import Row, cpu_s, full, record, rounded

import detente as dt
from detente.exchange import Grant, Report, release_under

Floats = NDArray[np.float64]

REPORTS, ROWS, VERTICES = 1_000 if full() else 100, 1_000, 1_000
FRAME = dt.LocalFrame(37.0, 68.0)
SECOND_NS = 1_000_000_000
REPEATS = 5
SETTINGS = {
    "reports": f"{REPORTS} of {ROWS} tracks (4-state, uniform on 200 × 200 km), 10 of them made",
    "areas": f"{VERTICES} vertices, coast: the radius wanders from vertex to vertex by 1 km; "
    "star: 30 to 100 km at random in each direction, so that a parallel meets hundreds of sides; "
    f"comb: {VERTICES // 4} teeth of 40 km, so that every row meets all of them",
    "time": f"CPU of Python and core, from Report to Report, median of {REPEATS}; NumPy: the area "
    "alone, all edges against all rows of a report, places given",
}


def coast(rng: np.random.Generator) -> Floats:
    walk_m = np.cumsum(rng.normal(0.0, 1e3, VERTICES))
    walk_m -= np.linspace(0.0, walk_m[-1], VERTICES)  # closed
    return around(np.clip(7e4 + walk_m, 1e4, 1e5))


def star(rng: np.random.Generator) -> Floats:
    return around(rng.uniform(3e4, 1e5, VERTICES))


def around(radius_m: Floats) -> Floats:
    turn = np.arange(VERTICES) / VERTICES * 2 * np.pi
    return degrees(np.column_stack([radius_m * np.cos(turn), radius_m * np.sin(turn)]))


def comb() -> Floats:
    """Teeth that point north, side by side from west to east."""
    east_m = np.linspace(-1e5, 1e5, VERTICES // 2)
    north_m = np.where(np.arange(VERTICES // 2) % 2, 4e4, 0.0)
    lower = np.column_stack([east_m[::-1], north_m[::-1] - 4.1e4])
    return degrees(np.vstack([np.column_stack([east_m, north_m]), lower]))


def degrees(en_m: Floats) -> Floats:
    lat, lon, _ = FRAME.geodetic_from_en(en_m)
    return np.column_stack([lat, lon])


def reports(rng: np.random.Generator, count: int) -> list[Report]:
    made = []
    for number in range(count):
        mean = rng.normal(0.0, 10.0, (ROWS, 4))
        mean[:, :2] = rng.uniform(-1e5, 1e5, (ROWS, 2))
        ids = rng.integers(0, 2**63, ROWS).astype(np.uint64)
        cov = np.broadcast_to(np.diag([100.0, 100.0, 1.0, 1.0]), (ROWS, 4, 4))
        time_ns = number * SECOND_NS
        fields = {"mmsi": ids % 10**9, "heading_rad": mean[:, 2]}
        made.append(
            Report.tracks(
                "north", 0, time_ns, ids, mean, cov, np.ones(ROWS), frame=FRAME, fields=fields
            )
        )
    return made


def crossings(area: Floats, points: Floats) -> NDArray[np.bool_]:
    """Even or odd, all edges against all points."""
    a, b = area, np.roll(area, -1, axis=0)
    lat, lon = points[:, :1], points[:, 1:]
    spans = (a[:, 0] <= lat) != (b[:, 0] <= lat)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = a[:, 1] + (lat - a[:, 0]) / (b[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    return np.sum(spans & (at <= lon), axis=1) % 2 == 1


def main() -> None:
    rng = np.random.default_rng(1)
    made = reports(rng, 10)
    areas = {"coast": coast(rng), "star": star(rng), "comb": comb(), "none": None}
    rows: list[Row] = []
    for name, ring in areas.items():
        for precision_m in (None, 50.0):
            grant = Grant(
                sender="north",
                recipient="south",
                level="tracks",
                from_ns=0,
                until_ns=10**18,
                area=[] if ring is None else [[[ring]]],
                fields=["heading_rad"],
                precision_m=precision_m,
            )

            def work(grant: Grant = grant) -> int:
                left = 0
                for turn in range(REPORTS):
                    report = made[turn % len(made)]
                    out = release_under(report, grant, recipient="south", time_ns=10**15)
                    left += 0 if out is None else len(out)
                return left

            share = work() / (REPORTS * ROWS)
            rate = REPORTS * ROWS / cpu_s(work, repeats=REPEATS)
            label = {"area": name, "precision": "50 m" if precision_m else "as it is"}
            rows.append(
                {"who": "Détente", **label, "rows/s": rounded(rate), "leaves": rounded(share)}
            )
        if ring is not None:
            points = degrees(made[0].mean[:, :2])
            rate = ROWS / cpu_s(lambda r=ring, p=points: crossings(r, p), repeats=REPEATS)
            label = {"area": name, "precision": "area alone"}
            share = float(np.mean(crossings(ring, points)))
            rows.append(
                {"who": "NumPy", **label, "rows/s": rounded(rate), "leaves": rounded(share)}
            )
    record("release", settings=SETTINGS, rows=rows)


main()
