"""spaCy: the phrases of the rules, and the classifier that learns from written examples. Imported only where mail is read."""

from mailbot.adapters.spacy_model.classifier import Classifier, Figures, Model
from mailbot.adapters.spacy_model.phrases import SpacyPhrases

__all__ = ["Classifier", "Figures", "Model", "SpacyPhrases"]
