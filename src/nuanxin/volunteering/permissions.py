"""Who may do what in volunteering: one rule for each permission."""
