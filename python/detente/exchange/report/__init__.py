"""Report: what a party tells of what it saw, its kinds, fields and forms."""
