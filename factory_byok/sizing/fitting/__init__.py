"""Which model runs here, and how well: models held against free memory, and ranked. Pure."""

from factory_byok.sizing.fitting.against_table import Beside, beside, row_of
from factory_byok.sizing.fitting.as_json import fit_as_json, ranked_as_json
from factory_byok.sizing.fitting.candidate import (
    Candidate,
    ToolCalls,
    all_installed,
    by_name,
    installed,
)
from factory_byok.sizing.fitting.free import Card, Free, free_memory, nowhere_known, whole_memory
from factory_byok.sizing.fitting.judged import findings_of
from factory_byok.sizing.fitting.one import (
    FIRST,
    Asked,
    AtWindow,
    Fit,
    Where,
    asked_of,
    at_window,
    fit,
)
from factory_byok.sizing.fitting.pick import can_act, offers, recommended, with_own
from factory_byok.sizing.fitting.ranking import Ranked, candidates, ranked

__all__ = [
    "FIRST",
    "Asked",
    "AtWindow",
    "Beside",
    "Candidate",
    "Card",
    "Fit",
    "Free",
    "Ranked",
    "ToolCalls",
    "Where",
    "all_installed",
    "asked_of",
    "at_window",
    "beside",
    "by_name",
    "can_act",
    "candidates",
    "findings_of",
    "fit",
    "fit_as_json",
    "free_memory",
    "installed",
    "nowhere_known",
    "offers",
    "ranked",
    "ranked_as_json",
    "recommended",
    "row_of",
    "whole_memory",
    "with_own",
]
