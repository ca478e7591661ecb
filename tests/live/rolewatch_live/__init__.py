"""rolewatch as it runs on AWS, on one machine: an emulator, the very templates, the real binaries, and a Slack that listens."""
