"""What is asked of everybody in every scene: each address, each right, each forged form, whose turn it is."""
