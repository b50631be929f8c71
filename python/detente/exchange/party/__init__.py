"""Party: its sensors, agreements, inbox and picture together."""
