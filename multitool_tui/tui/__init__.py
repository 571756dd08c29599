"""The screen: a Textual application over the views. Only here is textual imported."""
