"""All that a review's standing is judged by, in one question; and whole histories.

Begin with cases.py. No other folder of store imports it.
"""
