"""Recordings of a voice: known by their content, and kept without what the file says of the phone or its owner.

`accept.accept_sound` decides and changes nothing; `kernel.files.sealed` keeps.
"""
