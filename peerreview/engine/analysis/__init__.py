"""Definitions played and proved: what can be reached, a rehearsal, all rights, a running case moved to a newer
one.

Begin with checker.py. Open to export.
"""
