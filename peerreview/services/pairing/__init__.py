"""The pairing of a round: what it follows from, as its lead sees it, and chosen.

Begin with pairing_page.py. No other folder of services imports it.
"""
