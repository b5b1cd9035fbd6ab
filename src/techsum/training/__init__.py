"""Training: a recipe becomes an adapter, and the adapter becomes files that say the same everywhere."""
