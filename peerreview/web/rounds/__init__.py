"""A round's pages: its lead's, an organisation's, the pairing.

Begin with rounds.py. No other folder of web imports it.
"""
