"""The network's people: invited, kept, brought in from a file; their accounts, addresses and choices.

Begin with edit_people.py. Open to team.
"""
