"""What must hold whatever breaks: real processes killed, real servers that misbehave, databases that go away."""
