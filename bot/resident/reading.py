"""What the conversation needs to understand a message: the ports of `nlp/`, in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflow import intake
from workflow.intake import Draft
from workflow.ports import Answers, Classifier, Likeness, Masker, PlaceFinder
from workflow.region import Region


@dataclass(frozen=True, slots=True)
class Reading:
    classifier: Classifier
    places: PlaceFinder
    answers: Answers
    masker: Masker
    likeness: Likeness

    def again(self, draft: Draft, region: Region) -> Draft:
        """The draft after its whole text was read once more."""
        topics = region.topics

        def procedure_of(code: str) -> str:
            return topics[code].procedure if code in topics else ""

        inside = draft.place if draft.place and not draft.place_known else ""
        read = self.classifier.understand(draft.text)
        draft = intake.understood(draft, read, self.places.locate(draft.text, inside), procedure_of)
        return replace(draft, gist=self.likeness.gist(self.masker.mask(draft.text)))
