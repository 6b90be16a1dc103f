"""People, organisations, and the register of what has been done with them.

Begin with people.py. Open to review, artefacts, mail, case, lists, upkeep.
"""
