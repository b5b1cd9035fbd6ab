"""Evaluation that is valid for Korean."""
