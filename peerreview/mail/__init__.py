"""The post room: bytes out by SMTP, reports of what did not arrive in by IMAP. Knows nothing of the house."""
