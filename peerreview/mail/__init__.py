"""The post room: bytes out by SMTP. Knows nothing of the house."""
