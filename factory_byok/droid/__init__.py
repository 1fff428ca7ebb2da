"""droid's side: its settings files, its rules, its program."""
