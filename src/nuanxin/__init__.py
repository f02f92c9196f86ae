"""Nuanxin 暖新: one platform for what a city gives its new-employment workers and what they give the city."""

__version__ = "0.1.0"
