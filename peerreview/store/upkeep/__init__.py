"""The tables as the code says and as they stand; what the web has met at its door.

Begin with schema.py. No other folder of store imports it.
"""
