"""What every other folder of services stands on: the house and who acts, the two clocks, days that are not worked,
what was typed, what a page showed. Knows no review.

Begin with house.py. Open to every folder of services.
"""
