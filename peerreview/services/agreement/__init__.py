"""The agreement: written, compared, confirmed, its dates moved while the review runs.

Begin with edit_agreement.py. No other folder of services imports it.
"""
