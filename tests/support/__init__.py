"""What several tests need: servers, documents, models, all made on the spot."""
