"""What outside systems may read and what they have sent."""
