"""Signed messages that go out when something happens: which, with what in them."""
