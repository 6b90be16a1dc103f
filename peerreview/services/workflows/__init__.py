"""Definitions: proved at the start, shown, rehearsed, exported; running reviews moved to a newer one.

Begin with definitions.py. Open to lead.
"""
