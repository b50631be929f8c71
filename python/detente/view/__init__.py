"""Pages for people: maps of tracks as one self-contained HTML file that works offline."""

from detente.view.map import map_page
from detente.view.mission import AgreementStep, Coverage, PartyPicture, mission_page

__all__ = ["AgreementStep", "Coverage", "PartyPicture", "map_page", "mission_page"]
