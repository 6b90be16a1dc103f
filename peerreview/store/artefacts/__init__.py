"""The tables of what parties make: documents, questions, texts, agreements, evaluations.

Begin with materials.py. Open to case, upkeep.
"""
