"""Picture: one picture from a set of reports in which nothing counts twice."""
