"""Pages of the notifications context."""
