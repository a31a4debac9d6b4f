"""Turns a result into what people see: sentences, tables, curves, pictures, one HTML file, an overlay video.

May import: catalog, video, core; jinja2 in `html`, plotly in `charts` and `html`, cv2 in `pictures` and `overlay`.
"""
