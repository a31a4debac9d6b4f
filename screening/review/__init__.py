"""What a clinician corrects and decides, and what follows from it, computed anew without a network.

May import: `pipeline`'s neighbours below it, `pipeline` itself, `report`, `store` never; see the files.
"""
