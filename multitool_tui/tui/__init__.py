"""The screen, written with Textual. Only here is textual imported."""

import os

# Textual reads both once, when it is imported. A key is taken for escape alone, and what it has changed is painted, as
# soon as that can be told: the first is ncurses' name for so many milliseconds, which holds where it is already set.
os.environ.setdefault("ESCDELAY", "10")
os.environ.setdefault("TEXTUAL_FPS", "120")
