"""Checking a text against its article: where is it supported, what does the article not contain."""
