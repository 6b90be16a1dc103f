"""Commands that would make cli.py too long, a file a subject."""
