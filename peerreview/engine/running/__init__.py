"""A case that runs: where it stands, what holds, who may what, and what a move does to it.

Begin with decide.py. Open to turns, analysis, export.
"""
