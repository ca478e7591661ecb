"""Gives the same cases to two evaluators of IAM policies: the guard's and the emulator's."""
