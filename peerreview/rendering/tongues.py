"""Which language a person wrote in, near enough for whoever hears it read aloud: nobody is asked when they write.

The small words of a language give it away. Where a text says nothing (a number, a name) it counts as what is asked
for: the house's own language.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Small words of one of the two languages that are none in the other.
SMALL = {
    "sv": frozenset((
        "och", "att", "som", "är", "för", "det", "en", "ett", "på", "av", "med", "inte", "vi", "till",
        "den", "om", "har", "var", "kan", "ska", "från", "de", "ni", "eller", "men", "när", "hur", "vad",
        "vilka", "vilken", "vilket", "alla", "efter", "vid", "också", "mellan", "över", "så", "sig",
        "sin", "sitt", "sina", "er", "era", "ert", "vår", "våra", "vårt", "oss", "där", "här", "då",
        "nu", "redan", "finns", "blir", "blev", "får", "mer", "många", "något", "någon", "inom", "utan",
        "hos", "detta", "denna", "dessa", "bara",
    )),
    "en": frozenset((
        "the", "and", "of", "to", "is", "that", "it", "was", "with", "as", "by", "not", "are", "be",
        "this", "from", "or", "have", "an", "we", "you", "they", "which", "has", "had", "been", "their",
        "our", "your", "what", "who", "when", "how", "where", "there", "will", "would", "should", "can",
        "could", "all", "into", "than", "then", "these", "those", "only", "between", "after", "about",
        "also",
    )),
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
# Nobody changes language after the first page.
_ENOUGH = 3000


def language_of(text: str, otherwise: str) -> str:
    """ "sv", "en", or `otherwise` where nothing tells."""
    return _told(text[:_ENOUGH]) or otherwise


@lru_cache(maxsize=4096)
def _told(text: str) -> str:
    words = [word.lower() for word in _WORD.findall(text)]
    found = {language: sum(word in small for word in words) for language, small in SMALL.items()}
    # Letters that English has not.
    found["sv"] += sum(any(sign in "åäö" for sign in word) for word in words)
    if found["sv"] == found["en"]:
        return ""
    return max(found, key=lambda language: found[language])
