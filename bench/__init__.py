"""Measurements. None of them is a test: they print what they found, against a limit or a peer."""
