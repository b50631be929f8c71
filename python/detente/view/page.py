"""Assemble one self-contained page from resource files; escape all that comes from data.

A page carries a content security policy that forbids every connection and allows only its own
script and style, by their digests: it works offline, and a text that slipped through the escaping
would still not run.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template

_ASSETS = resources.files("detente.view") / "assets"

Html = str
"""A piece of finished HTML: text from data has been escaped in it."""


def page(
    template: str,
    *,
    title: str,
    scripts: Sequence[str],
    data: Mapping[str, object],
    parts: Mapping[str, Html],
) -> Html:
    """Return a whole page.

    Parameters
    ----------
    template : str
        The resource with the page's body.
    title : str
        Plain text.
    scripts : sequence of str
        The resources that make the page's one script, in order.
    data : mapping
        What the script reads; anything that JSON can hold.
    parts : mapping of str to Html
        What stands in the body's places.
    """
    script = "\n".join(_asset(name) for name in scripts)
    style = _asset("page.css")
    body = fragment(template, title=html.escape(title), **parts)
    return Template(_asset("frame.html")).substitute(
        title=html.escape(title),
        policy=f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}",
        style=style,
        body=body,
        data=_script_safe(data),
        script=script,
    )


def fragment(template: str, **parts: Html) -> Html:
    """Return a resource with its places filled."""
    return Template(_asset(template)).substitute(parts)


def escaped(text: object) -> Html:
    """Return any text as HTML that shows it."""
    return html.escape(str(text))


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _script_safe(data: Mapping[str, object]) -> str:
    """Return JSON that can stand in a script element: it holds no < > & and only ASCII."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
