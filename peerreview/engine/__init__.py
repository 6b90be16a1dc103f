"""The workshop: the workflow language and its decisions. Pure: no clock, no file, no database."""
