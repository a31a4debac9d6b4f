"""What a clinician corrects and decides, and what follows from it for one take, computed anew without a network.

May import: `pipeline`, the stages and `core`. A whole screen is put together again in `jobs.reviewing`.
"""
