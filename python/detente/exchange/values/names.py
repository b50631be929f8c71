"""Names: what may be one, on one line and of one script, and which look alike.

Scripts are told by the words that Unicode names letters with, look-alikes by a table of letters
that Latin, Greek and Cyrillic fonts draw alike and of a few figures. That is a heuristic and no
full table: letters of other scripts that resemble each other are not told.
"""

# ruff: noqa: RUF001 - letters that look alike are what this is about

import unicodedata
from functools import lru_cache

from detente.checks import shown
from detente.errors import SettingError

MOST_CHARACTERS = 64
_REFUSED = {
    "Cc": "control characters",
    "Cf": "invisible format characters",
    "Cs": "halves of characters",
    "Co": "characters of private use",
    "Cn": "characters that are not assigned",
    "Zl": "line breaks",
    "Zp": "line breaks",
}
_TOGETHER = [{"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"}]
_PREFIXES = {"MODIFIER", "FULLWIDTH", "HALFWIDTH", "FEMININE", "MASCULINE"}
_LETTERS = {"Lu", "Ll", "Lt", "Lo"}
_SIGNS = ("\u2010\u2011\u2012\u2013\u2014\u2212\u2019\u02bc`", "------'''")
_SMALL = str.maketrans(
    "аеорсухіјѕһԁԛԝк" + "αοινυρκχγ" + "1|0" + _SIGNS[0],  # Cyrillic, Greek, figures, signs
    "aeopcyxijshdqwk" + "aoivupkxy" + "llo" + _SIGNS[1],
)
_LARGE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԌԚԜ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "1|0" + _SIGNS[0],
    "ABEKMHOPCTYXIJSGQW" + "ABEZHIKMNOPTYX" + "IIO" + _SIGNS[1],
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("i", "l"))


def check_name(name: object, what: str = "a name") -> str:
    """Return a name, if it is one.

    Parameters
    ----------
    name : str
        Up to 64 characters on one line, in the form NFC, without spaces at its ends, its letters
        of one script (or of those that Chinese, Japanese and Korean are written with).
    what : str
        What it names, as the error says it.

    Raises
    ------
    SettingError
        It is something else.

    Examples
    --------
    >>> from detente.exchange.values.names import check_name
    >>> check_name("Küstenwache 2")
    'Küstenwache 2'
    >>> check_name("nоrth")  # with a Cyrillic о
    Traceback (most recent call last):
    detente.errors.SettingError: a name must be of one script, found CYRILLIC and LATIN in ...
    """
    if not isinstance(name, str) or not name:
        raise SettingError(f"{what} must be text of at least one character, found {shown(name)}")
    return _checked(name, what)


@lru_cache(maxsize=4096)
def _checked(name: str, what: str) -> str:
    if len(name) > MOST_CHARACTERS:
        raise SettingError(
            f"{what} must have at most {MOST_CHARACTERS} characters, found {len(name):,}"
        )
    for character in name:
        category = unicodedata.category(character)
        if category in _REFUSED:
            raise SettingError(
                f"{what} must be without {_REFUSED[category]}, found {name!a}; leave them out"
            )
        if category == "Zs" and character != " ":
            raise SettingError(f"{what} must have no spaces but ' ', found {name!a}")
    if name != name.strip() or unicodedata.category(name[0])[0] == "M":
        raise SettingError(f"{what} must not begin or end with a space or a mark, found {name!a}")
    if not unicodedata.is_normalized("NFC", name):
        raise SettingError(
            f"{what} must be in the form NFC, found {name!a}; write "
            f"{unicodedata.normalize('NFC', name)!a}"
        )
    found = _scripts(name)
    if len(found) > 1 and not any(found <= together for together in _TOGETHER):
        raise SettingError(
            f"{what} must be of one script, found {' and '.join(sorted(found))} in {name!a}; "
            "write it in one"
        )
    return name


@lru_cache(maxsize=4096)
def looks_of(name: str) -> tuple[str, str]:
    """Return how a name looks in small and in large letters; names that share one look alike."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    small = plain.casefold().translate(_SMALL)
    for pair, one in _PAIRS:
        small = small.replace(pair, one)
    return small, plain.upper().translate(_LARGE)


class Names:
    """The names that somebody knows, so that none is taken for another.

    Parameters
    ----------
    own : str
        Known from the beginning.
    """

    def __init__(self, own: str) -> None:
        self._known = dict.fromkeys(looks_of(own), own)

    def check(self, name: str, what: str = "the name of a party") -> None:
        """Refuse what is no name, or looks like another name that is known.

        Raises
        ------
        SettingError
            It does.
        """
        check_name(name, what)
        for look in looks_of(name):
            known = self._known.get(look, name)
            if known != name:
                raise SettingError(
                    f"{what} must not look like one that is known, found {name!a} beside "
                    f"{known!a}; choose another"
                )

    def take(self, *names: str) -> None:
        """Take note of names, all or none.

        Raises
        ------
        SettingError
            As `check`; or two of them look alike.
        """
        known = dict(self._known)
        try:
            for name in names:
                self.check(name)
                self._known.update(dict.fromkeys(looks_of(name), name))
        except SettingError:
            self._known = known
            raise


def _scripts(name: str) -> set[str]:
    """Return the scripts of a name's letters, by the words of Unicode."""
    found: set[str] = set()
    for character in unicodedata.normalize("NFKC", name):
        if unicodedata.category(character) in _LETTERS:
            words = unicodedata.name(character, "UNKNOWN").split()
            script = next((word for word in words if word not in _PREFIXES), "UNKNOWN")
            found.add("CJK" if script == "IDEOGRAPHIC" else script)
    return found
