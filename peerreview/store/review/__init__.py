"""A review's own tables: its parties, seats, standing, history; rounds; conflicts of interest.

Begin with reviews.py. Open to artefacts, mail, case, lists, upkeep.
"""
