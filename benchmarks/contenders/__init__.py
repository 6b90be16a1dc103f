"""What `hand_in` measures: each a process of its own, told over a pipe how many steps to do, answering with seconds."""
