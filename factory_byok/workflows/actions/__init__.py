"""How each kind of action is done and taken back: one module for each, in this registry.

A module has `describe(action)`, one line for people; `do(run, action)`, which raises ByokError; and
for what has no record of bytes, but was noted in the journal by `do`, `done(memory)`, what was done
and how it goes back by hand ("" for `byok undo`), and `undo(world, memory)`, the sentence that says
what was taken back. It raises ByokError with the reason when it cannot.

A `RunCommand` has none: it is the user's to run.
"""

from types import ModuleType
from typing import Final

from factory_byok.core.actions import Action, CopyModel, EditSettings, PullModel, SetServerWindow
from factory_byok.workflows.actions import (
    copy_model,
    edit_settings,
    pull_model,
    set_server_window,
)

ACTIONS: Final[dict[type, ModuleType]] = {
    EditSettings: edit_settings,
    CopyModel: copy_model,
    PullModel: pull_model,
    SetServerWindow: set_server_window,
}
# By the names under which the journal remembers them; files have records of their own there.
KINDS: Final = {
    module.__name__.rpartition(".")[2]: module
    for module in ACTIONS.values()
    if module is not edit_settings
}


def module_of(action: Action) -> ModuleType:
    """The module that knows an action."""
    return ACTIONS[type(action)]
