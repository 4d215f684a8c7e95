"""Page → one HTML file that needs nothing else. Pure.

What a reader needs first (verdict, findings, metrics, cost) is written here as HTML. The cases, of which there may be a
hundred thousand, are data, which the page's script shows as they are asked for.
"""
