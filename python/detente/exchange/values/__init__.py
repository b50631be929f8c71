"""Values: single values, times, names and texts as they come from outside, checked."""
