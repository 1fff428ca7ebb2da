"""What a model needs and what fits here."""
