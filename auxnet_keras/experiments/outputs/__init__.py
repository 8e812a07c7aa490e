"""What a run writes for people: tables, figures, model card, exports."""
