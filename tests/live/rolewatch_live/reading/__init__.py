"""Two readers of IAM policies over the same cases: the guard's, and the emulator's."""
