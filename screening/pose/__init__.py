"""Pictures to raw landmarks: model files, the network, one followed person, saved runs.

May import: numpy, the standard library, `core`; OpenCV and mediapipe on demand through `libraries`.
"""
