"""The database reached: its address, transactions, statements, Swedish order; and files on disk.

Begin with database.py. Open to every folder of store.
"""
