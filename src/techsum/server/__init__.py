"""TechSum over HTTP."""
