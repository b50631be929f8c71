"""Pages for people: maps of tracks as one self-contained HTML file that works offline."""

from detente.view.map import map_page

__all__ = ["map_page"]
