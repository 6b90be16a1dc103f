"""Questions across the tables: which reviews a list shows, who has met whom, what an account touches.

Begin with overview.py. No other folder of store imports it.
"""
