"""A side's documents: added, described, lent as drafts, handed in, fetched.

Begin with hand_in.py. Open to foresight, review.
"""
