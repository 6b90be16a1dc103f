"""A review's pages, a file a subject.

Begin with reviews.py. Open to rounds.
"""
