"""My page, and my calendar.

Begin with my_page.py. No other folder of services imports it.
"""
