"""Finds the language of a text with py3langid, which is loaded at the first text that needs it (up to four seconds)."""

from functools import cached_property
from typing import Any


class LangidLanguages:
    """Tells languages apart by short runs of letters. Knows 97; it is unsure of short texts."""

    @cached_property
    def _identifier(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def language(self, text: str) -> tuple[str, float]:
        """The likeliest language (ISO 639 code) and its probability."""
        name, probability = self._identifier.classify(text)
        return str(name), float(probability)
