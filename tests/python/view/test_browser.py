"""Pages in a real browser: Chromium, from a file, without a network.

Skipped where Debian's chromium (`apt-get install chromium`) is not installed.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.view import AgreementStep, Coverage, PartyPicture, map_page, mission_page

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium")

Columns = dict[str, Any]
Settings = dict[str, Any]

DESKTOP: Settings = {"viewport": {"width": 1280, "height": 800}}
PHONE: Settings = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
Open = Callable[..., Page]

INK = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
PIXELS = "canvas => canvas.toDataURL()"
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page from a file; fail at the end if it complained or asked for anything."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_html(html: str, **settings: Any) -> Page:  # noqa: ANN401 - Playwright's own
        path = tmp_path / "index.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(**(settings or DESKTOP), offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        complaints.remove(path.as_uri())  # the page itself is the only request
        page.evaluate(SETTLED)
        return page

    yield open_html
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def ships(points: Columns, tracks: Columns) -> str:
    seen = {name: points[name] for name in ("time_s", "lat_deg", "lon_deg")}
    truth = seen | {"id": points["track_id"]}
    return map_page(
        points,
        tracks,
        title="Ships",
        summary={"tracks": 3, "detections": 122, "duration_s": 600.0},
        frame_note="Places are WGS 84.",
        truth=truth,
        detections=seen,
    )


def set_time(page: Page, step: int) -> None:
    page.locator("#time input").evaluate(
        "(slider, step) => { slider.value = step; slider.dispatchEvent(new Event('input')); }", step
    )
    page.evaluate(SETTLED)


def upper(page: Page, number: int = 0) -> str:
    return page.locator(".map").nth(number).locator("canvas").nth(1).evaluate(PIXELS)


def lower(page: Page) -> str:
    return page.locator(".map canvas").first.evaluate(PIXELS)


@pytest.mark.parametrize("settings", [DESKTOP, PHONE, DESKTOP | {"color_scheme": "dark"}])
def test_the_map_is_drawn_and_fits_the_screen(
    open_page: Open, ships: str, settings: Settings
) -> None:
    page = open_page(ships, **settings)
    assert page.locator(".map canvas").count() == 2
    for canvas in page.locator(".map canvas").all():
        assert canvas.evaluate(INK) > 3
    assert page.evaluate("document.documentElement.scrollWidth") == page.evaluate("innerWidth")


def test_the_slider_moves_the_time(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    set_time(page, 100)
    early, words = upper(page), page.locator("#time output").inner_text()
    assert words == "2016-01-12 13:01:40 UTC"
    set_time(page, 500)
    assert upper(page) != early
    assert page.locator("#time output").inner_text() == "2016-01-12 13:08:20 UTC"
    assert page.locator("#time input").get_attribute("aria-valuetext") == "2016-01-12 13:08:20 UTC"
    expect(page.locator("#alive")).to_have_text("2 of 3 on the map at this time")


def test_play_runs_and_stops(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    set_time(page, 0)
    page.locator("#time button").click()
    expect(page.locator("#time output")).not_to_have_text("2016-01-12 13:00:00 UTC")
    page.locator("#time button").click()
    assert "Play" in page.locator("#time button").inner_text()
    stopped = page.locator("#time input").input_value()
    page.evaluate(SETTLED)
    assert page.locator("#time input").input_value() == stopped


def test_a_row_focuses_its_track(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    before = lower(page)
    page.get_by_role("button", name="beta").click()
    page.evaluate(SETTLED)
    assert lower(page) != before
    assert page.locator("tr[aria-current]").inner_text().startswith("beta")
    assert page.locator("#chosen").is_visible()
    assert "0000000000000007" in page.locator("#chosen").inner_text()
    page.locator("#map").press("Escape")
    assert page.locator("#chosen").is_hidden()
    assert page.locator("tr[aria-current]").count() == 0


def test_a_click_on_the_map_chooses_what_is_there(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    page.get_by_role("button", name="alpha").click()
    page.evaluate(SETTLED)
    x, y = page.evaluate(
        "() => { const p = document.getElementById('map').getBoundingClientRect();"
        " return [p.left + p.width / 2, p.top + p.height / 2]; }"
    )
    page.locator("#map").press("Escape")
    set_time(page, 300)
    page.mouse.click(x, y)
    assert page.locator("#chosen-name").inner_text() == "alpha"


def test_headings_sort_the_table(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    names = page.locator("tbody th")
    assert [n.strip() for n in names.all_inner_texts()] == ["alpha", "beta", "gamma"]
    assert page.locator("th[aria-sort]").inner_text().startswith("Reports")
    page.get_by_role("button", name="Certainty").click()
    assert [n.strip() for n in names.all_inner_texts()] == ["gamma", "alpha", "beta"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Certainty").click()
    assert [n.strip() for n in names.all_inner_texts()] == ["beta", "alpha", "gamma"]


def test_find_keeps_the_rows_that_match(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    page.locator("#find").fill("MM")
    assert [row.inner_text()[:5] for row in page.locator("tbody tr:visible").all()] == ["gamma"]


def test_keys_move_the_map_and_zero_brings_it_back(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    first = lower(page)
    views = {first}
    for key in ("+", "ArrowLeft", "ArrowUp", "-"):
        page.locator("#map").press(key)
        page.evaluate(SETTLED)
        views.add(lower(page))
    assert len(views) == 5
    page.locator("#map").press("0")
    page.evaluate(SETTLED)
    assert lower(page) == first


def test_the_wheel_and_the_buttons_zoom(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    before = lower(page)
    page.locator("#map").hover()
    page.mouse.wheel(0, -240)
    page.evaluate(SETTLED)
    wheeled = lower(page)
    page.get_by_role("button", name="Zoom in").click()
    page.evaluate(SETTLED)
    assert len({before, wheeled, lower(page)}) == 3
    page.get_by_role("button", name="Show everything").click()
    page.evaluate(SETTLED)
    assert lower(page) == before


def test_two_fingers_zoom_and_the_map_stays_under_them(open_page: Open, ships: str) -> None:
    page = open_page(ships, **PHONE)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *x: float) -> str:
        points = [{"x": at, "y": 300} for at in x]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})  # pyright: ignore[reportUnknownMemberType]
        page.evaluate(SETTLED)
        return lower(page)

    before = fingers("touchStart", 160, 200)
    assert fingers("touchMove", 120, 260) != before
    assert fingers("touchMove", 160, 200) == before
    assert fingers("touchEnd") == before
    assert page.locator("#chosen").is_hidden()


def test_a_drag_moves_the_map_and_does_not_choose(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    before = lower(page)
    page.locator("#map").hover()
    page.mouse.down()
    page.mouse.move(500, 300)
    page.mouse.up()
    page.evaluate(SETTLED)
    assert lower(page) != before
    assert page.locator("#chosen").is_hidden()


def test_the_switches_change_what_is_drawn(open_page: Open, ships: str) -> None:
    page = open_page(ships)
    page.locator("#legend summary").click()
    drawn = {(lower(page), upper(page))}
    for name in ("show-truth", "show-paths", "show-detections"):
        page.locator(f"#{name}").uncheck()
        page.evaluate(SETTLED)
        drawn.add((lower(page), upper(page)))
    assert len(drawn) == 4


def test_hostile_names_do_nothing(open_page: Open, points: Columns, tracks: Columns) -> None:
    names = ["<script>alert(1)</script>", "</script><script>alert(2)</script>", "<img src=//x.y>"]
    page = open_page(map_page(points, tracks | {"identity": names}, title=names[1]))
    shown = {text.strip() for text in page.locator("tbody th").all_inner_texts()}
    assert shown == set(names)
    assert page.locator("h1").inner_text() == names[1]
    assert page.locator("img").count() == 0


def test_a_recording_without_tracks_opens(open_page: Open) -> None:
    empty: Columns = {"track_id": np.empty(0, np.uint64), "time_s": [], "x_m": [], "y_m": []}
    page = open_page(map_page(empty, {"track_id": np.empty(0, np.uint64)}, title="Nothing"))
    assert page.locator("#alive").inner_text() == "0 of 0 on the map at this time"


def test_one_point_opens(open_page: Open) -> None:
    point = {"track_id": ["a"], "time_s": [5.0], "lat_deg": [10.0], "lon_deg": [20.0]}
    page = open_page(map_page(point, {"track_id": ["a"]}, title="One"))
    page.get_by_role("button", name="a", exact=True).click()
    assert "10.0000° N, 20.0000° E" in page.locator("#chosen").inner_text()


@pytest.fixture
def mission() -> str:
    time_s = np.arange(0.0, 601.0, 10.0)
    accepted = time_s >= 300.0

    def picture(name: str, x_m: float, origins: list[str]) -> PartyPicture:
        columns = {
            "track_id": np.full(61, 7, np.uint64),
            "time_s": time_s,
            "x_m": 10.0 * time_s - 3000.0,
            "y_m": time_s,
            "existence": np.ones(61),
            "origin": origins,
        }
        return PartyPicture(
            name=name, points=columns, sensor=Coverage(x_m=x_m, y_m=0.0, range_m=5000.0)
        )

    return mission_page(
        [
            picture("North", -2000.0, list(np.where(accepted, "both", "own"))),
            picture("South", 2000.0, list(np.where(accepted, "partner", "own"))),
        ],
        [
            AgreementStep(time_s=0.0, state="offered", text="An offer.", must_act="South"),
            AgreementStep(time_s=10.0, state="pending", text="No answer.", must_act="South"),
            AgreementStep(time_s=300.0, state="accepted", text="Yes.", hypothetical=True),
        ],
        title="A border",
    )


@pytest.mark.parametrize("settings", [DESKTOP, PHONE, DESKTOP | {"color_scheme": "dark"}])
def test_the_mission_is_drawn(open_page: Open, mission: str, settings: Settings) -> None:
    page = open_page(mission, **settings)
    assert page.locator(".map canvas").count() == 4
    for canvas in page.locator(".map canvas").all():
        assert canvas.evaluate(INK) > 3
    assert page.evaluate("document.documentElement.scrollWidth") == page.evaluate("innerWidth")


def test_maps_stand_side_by_side_and_on_a_phone_one_above_the_other(
    open_page: Open, mission: str
) -> None:
    def corners(page: Page) -> list[tuple[float, float]]:
        boxes = [found.bounding_box() for found in page.locator(".map").all()]
        return [(box["x"], box["y"]) for box in boxes if box]

    (left, top), (right, level) = corners(open_page(mission))
    assert (right > left, level) == (True, top)
    (left, top), (below_left, below) = corners(open_page(mission, **PHONE))
    assert (below_left, below > top) == (left, True)


def test_pictures_follow_the_agreement(open_page: Open, mission: str) -> None:
    page = open_page(mission)
    set_time(page, 100)
    assert page.locator("#now").inner_text() == (
        "Agreement at this time: pending, South must act next. Nothing flows; "
        "each sees only its own."
    )
    assert page.locator(".counts").first.inner_text() == (
        "Knows of 1 object: 1 by its own sensor, nothing from South."
    )
    assert page.locator("#steps li.to-come").count() == 1
    alone = upper(page, 0), upper(page, 1)
    page.get_by_role("button", name="accepted").click()
    page.evaluate(SETTLED)
    assert page.locator("#steps li[aria-current]").inner_text().startswith("accepted")
    assert "1 by both" in page.locator(".counts").nth(0).inner_text()
    assert "1 from North" in page.locator(".counts").nth(1).inner_text()
    assert upper(page, 0) != alone[0]
    assert upper(page, 1) != alone[1]


def test_both_maps_move_together(open_page: Open, mission: str) -> None:
    page = open_page(mission)
    other = page.locator(".map").nth(1).locator("canvas").first
    before = other.evaluate(PIXELS)
    page.locator(".map").first.press("+")
    page.evaluate(SETTLED)
    assert other.evaluate(PIXELS) != before
