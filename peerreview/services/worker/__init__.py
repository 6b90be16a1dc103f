"""What the clock calls: each tick, mail delivered and come back, the lead's weekly digest.

Begin with each_tick.py. No other folder of services imports it.
"""
