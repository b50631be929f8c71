"""Pages for people: maps of tracks as one self-contained HTML file that works offline.

Decision: the map is drawn by about 500 lines of our own on two canvases, not by Leaflet.

- What takes the work is ours in either case: hundreds of moving objects with trails over a clock,
  redrawn at each frame, two maps in step, a grid of latitude and longitude. Leaflet would bring
  panning, zooming and a scale bar for 160 KB in each page.
- No well-kept package on PyPI carries Leaflet's plain files alone: django-leaflet brings Django,
  jupyter-leaflet a bundle for JupyterLab, and django-js-lib-leaflet has had one release, in 2024.
- So a page needs nothing but NumPy to be made, and nothing but a browser to be read.

Coastlines, lakes and borders come from data packages where they are installed (see
`detente.view.backdrop`); without them a page shows the grid and the scale bar, and says so.

Files: `columns`, `clock`, `plane` and `layers` turn tables into numbers, `encode` the numbers
into text, `page` assembles the resources of `assets/`; `map` and `mission` are the two pages.
"""

from detente.view.map import map_page
from detente.view.mission import AgreementStep, Coverage, PartyPicture, Section, mission_page

__all__ = ["AgreementStep", "Coverage", "PartyPicture", "Section", "map_page", "mission_page"]
