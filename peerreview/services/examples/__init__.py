"""Examples to learn from: written in a review, consented to, published; and the library of them.

Begin with edit_examples.py. No other folder of services imports it.
"""
