"""A round: opened, joined, answered, talked about, ended; and its reviews begun.

Begin with rounds.py. Open to pairing.
"""
