"""Whose turn it is, and every mail that follows from where a case stands.

Begin with planning.py. Open to analysis, export.
"""
