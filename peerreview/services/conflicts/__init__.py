"""Conflicts of interest: declared, decided on, shown where they matter.

Begin with declare_conflict.py. Open to team, lead, rounds, pairing, home.
"""
