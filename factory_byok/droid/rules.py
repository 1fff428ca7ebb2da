"""What droid makes of a settings file, version by version, as data.

Source: each version of `@factory/cli-linux-x64` on npm that can be had was asked with `droid exec
--help`, on folders made for one question each and on generated ones (tests/droid/settings). What
is not named here is the same in all of them.
"""

from typing import Final, Literal, NamedTuple

Numbered = Literal["by_name", "by_position"]
Unknown = Literal["listed", "entry_dropped", "file_rejected"]


class Rules(NamedTuple):
    """The rules of one family of versions; the defaults are those of the newest.

    `versions` are the measured ones, oldest first. `numbered` says what the number at the end of a
    made id counts in settings.json: earlier entries of that name, or all earlier entries (in
    config.json it is always the name). `needs_key`: without a text as key an entry is dropped.
    `unknown_dialect` and `unknown_dialect_config` say what one does in either file.
    `bedrock_for_url`: a `bedrock` object stands in for the base URL; `bedrock_checked`: in
    config.json only one whose members have the right types. `empty_id_listed`: an entry whose `id`
    is empty is listed under no id, instead of being hidden. `config_strict`: one wrong-typed
    optional field drops an entry of config.json; else only a name or a reasoning effort counts, and
    rejects the file. `config_hidden_by`: an entry of config.json is hidden by one of the settings
    files beside it with the same model or the same id. `list_needed`: `customModels` that is
    neither a list nor null, at any level, leaves droid without any model.
    `org_file`: the organisation's file of the system is read. `needs_login`: there is no airgap
    mode, and a turn wants to see some key of Factory's.
    """

    versions: tuple[str, ...]
    numbered: Numbered = "by_name"
    needs_key: bool = False
    unknown_dialect: Unknown = "file_rejected"
    unknown_dialect_config: Unknown = "entry_dropped"
    bedrock_for_url: bool = True
    bedrock_checked: bool = True
    empty_id_listed: bool = False
    config_strict: bool = True
    config_hidden_by: tuple[Literal["model", "id"], ...] = ("id",)
    list_needed: bool = False
    org_file: bool = True
    needs_login: bool = False

    @property
    def name(self) -> str:
        """The family by its versions: `0.225.2`, or `0.105.1 to 0.117.0`."""
        first, last = self.versions[0], self.versions[-1]
        return first if first == last else f"{first} to {last}"


_OLDEST: Final = Rules(
    versions=("0.99.0",),
    needs_key=True,
    unknown_dialect="listed",
    unknown_dialect_config="listed",
    bedrock_for_url=False,
    empty_id_listed=True,
    config_strict=False,
    config_hidden_by=("model",),
    list_needed=True,
    org_file=False,
    needs_login=True,
)
FAMILIES: Final = (
    _OLDEST,
    _OLDEST._replace(versions=("0.105.1", "0.109.3", "0.117.0"), numbered="by_position"),
    Rules(
        versions=("0.215.0",),
        unknown_dialect_config="file_rejected",
        bedrock_checked=False,
        config_strict=False,
        config_hidden_by=("model", "id"),
        list_needed=True,
    ),
    Rules(versions=("0.225.2",)),
)
NEWEST: Final = FAMILIES[-1]
MEASURED: Final = tuple(version for family in FAMILIES for version in family.versions)


def rules_of(version: str) -> Rules:
    """The rules that a version is taken to follow.

    Its own when it was measured; else those of the newest measured version before it, the oldest
    ones before all, and the newest for a text that is no version.
    """
    wanted = _numbers(version)
    if not wanted:
        return NEWEST
    before = [family for family in FAMILIES if _numbers(family.versions[0]) <= wanted]
    return before[-1] if before else FAMILIES[0]


def is_version(text: str) -> bool:
    """Whether a text can be a version of droid: numbers with points between, as `0.225.2`."""
    return len(_numbers(text)) > 1


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, without what follows `-` or `+`; none for what is no version."""
    words = version.partition("+")[0].partition("-")[0].split(".")
    if not all(word.isascii() and word.isdigit() and len(word) < 9 for word in words):
        return ()
    return tuple(map(int, words))


class Followed(NamedTuple):
    """Whose rules byok follows here: the droid of this version, and how it is known.

    `pinned` by `--droid-version` or a manifest, `installed`, `untold` when the installed droid does
    not say its version, `none` without a droid; the version is "" for the last two, and the newest
    rules hold.
    """

    rules: Rules
    version: str = ""
    source: Literal["pinned", "installed", "untold", "none"] = "none"

    @property
    def measured(self) -> bool:
        """Whether the rules were measured with this very version."""
        return self.version in MEASURED

    @property
    def words(self) -> str:
        """Whose rules these are, for people: `droid 0.117.0, which is installed`."""
        if self.source == "none":
            return f"droid {self.rules.name}, the newest that byok knows; none is installed"
        if self.source == "untold":
            return f"droid {self.rules.name}; the installed one does not tell its version"
        known = "which is pinned" if self.source == "pinned" else "which is installed"
        if self.measured:
            return f"droid {self.version}, {known}"
        return f"droid {self.rules.versions[-1]}; {self.version}, {known}, was not measured"


NEWEST_FOLLOWED: Final = Followed(NEWEST)
