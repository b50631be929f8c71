"""Agreement: terms and their clauses, offers, answers, and where each stands."""
