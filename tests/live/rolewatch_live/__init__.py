"""rolewatch on one machine, as it runs on AWS: an emulator, the shipped templates, the real binaries, and a
fake Slack.
"""
