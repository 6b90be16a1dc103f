"""What every request meets: the clock, languages, security, errors, headers; uploads and forms that save
themselves.

Begin with request_context.py. Open to every folder of web.
"""
