"""Whether the house does its work: signs of life, troubles of the machine, what `peerreview check` finds.

Begin with fitness.py. Open to login, lead, review, worker.
"""
