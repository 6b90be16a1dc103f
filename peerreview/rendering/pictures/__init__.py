"""Pictures drawn as SVG: a workflow, the lanes of a review, who has met whom.

Begin with drawing.py. No other folder of rendering imports it.
"""
