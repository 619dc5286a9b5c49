"""Bytes of a log → windows of clean lines."""
