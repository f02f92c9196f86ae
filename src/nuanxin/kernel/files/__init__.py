"""Photographs: accepted by their content, re-encoded without a trace of the original file, stored under their digest.

`accept.accept_image` decides and changes nothing; `services.store_image` keeps; who may see a file is decided by the
context whose row points to it.
"""
