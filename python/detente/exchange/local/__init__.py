"""Local: the tracker of one's own sensors, and what a party can tell of it."""
