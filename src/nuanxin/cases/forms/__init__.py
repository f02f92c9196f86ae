"""What people fill in about a case. Forms check shapes; what a step needs is decided by its service."""
