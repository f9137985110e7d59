"""Turns as streams: written by a task of this process, read from anywhere.

`runner` writes turns, `log` holds them in Valkey, `readers` follows them, `closing` ends those
whose process died.
"""
