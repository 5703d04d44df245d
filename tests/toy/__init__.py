"""A kind of content in an app of its own, made as kb/README.md tells. Only tests/test_new_kind.py installs it."""
