"""One verb per file; the registry names each with its line in `byok --help`, in groups.

A verb's module is imported only when the verb runs, so that `byok list` stays as fast as an empty
program. Its function is called `run` and returns an Answer.
"""

from typing import Final

GROUPS: Final[dict[str, dict[str, str]]] = {
    "Start": {
        "setup": "From nothing to a model that answered a tool call, step by step",
    },
    "See": {
        "doctor": "Look at everything and say what is wrong, each with one next step",
        "list": "Every entry as droid will see it, in droid's order",
        "fit": "What this machine can run",
        "explain": "What a check means, why, and what to do",
        "snapshot": "All facts as JSON, without secrets, for a bug report",
    },
    "Change": {
        "add": "Add a model to droid: asked for, checked, written, tried",
        "set": "Change fields of one entry",
        "remove": "Remove an entry from every file that holds it",
        "fix": "Repair what doctor found, diff first",
        "undo": "Take back byok's own last write",
    },
    "Models": {
        "pull": "Download a model through the server, after a look at disk and memory",
        "window": "The window each model really gets, and how to raise it",
    },
    "Team": {
        "apply": "Bring the machine to what a committed manifest says, or only check it",
    },
    "Prove": {
        "test": "Chat with a model exactly as droid will",
    },
    "Your shell": {
        "completion": "Complete verbs, options, entries, models and checks on Tab",
    },
}

VERBS: Final[dict[str, str]] = {
    verb: line for group in GROUPS.values() for verb, line in group.items()
}
