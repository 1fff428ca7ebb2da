"""From the world to a report: collect facts, examine them by checks, advise the next step."""
