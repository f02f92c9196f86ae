"""Who may do what with points, orders and honours: one rule for each permission."""
