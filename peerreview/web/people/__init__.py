"""Getting in, my page and my settings, teams; the lead's registers.

Begin with people.py. Open to lead, review, rounds.
"""
