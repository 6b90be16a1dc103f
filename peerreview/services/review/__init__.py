"""The pages that gather all subjects of a review: its first page, an action and its receipt, the history, more
time.

Begin with overview.py. Open to rounds.
"""
