"""The lead's own pages: the board, letters, mails that are planned, workflows.

Begin with lead.py. Open to review, rounds.
"""
