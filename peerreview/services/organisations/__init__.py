"""The network's organisations: the register, their profiles, what they found of themselves, whom they have met.

Begin with edit_organisations.py. Open to people, rounds, pairing.
"""
