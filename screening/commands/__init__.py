"""The sub-commands of `screening`, grouped by what they work on.

May import: every room below. Each module offers `add(commands, common)`, which declares its arguments and sets `run`.
"""
