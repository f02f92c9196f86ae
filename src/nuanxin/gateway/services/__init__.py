"""Keys, jurisdictions, and what comes in from outside."""
