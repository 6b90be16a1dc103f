"""The project lead's own pages: the board, letters, the network's mail, the outbox, histories verified.

Begin with board.py. Open to rounds, home.
"""
