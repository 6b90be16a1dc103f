"""A definition for programs that are not ours: SCXML and BPMN.

Begin with scxml.py. No other folder of engine imports it.
"""
