"""The workflow language: a definition's file, its shape, what it is built into, and every fault with its place.

Begin with definition.py. Open to every folder of engine.
"""
