"""Reads of the case context; the actor comes first."""
