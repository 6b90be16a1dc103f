"""How a story is played: people, their browsers, scenes, beginnings and ends."""
