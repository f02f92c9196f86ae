"""Pages of the administrator, and the addresses that other systems call."""
