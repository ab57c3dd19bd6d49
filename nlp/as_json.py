"""Understanding and Located as the JSON objects that `classify --json` and `locate --json` print, one per line."""

from __future__ import annotations

from typing import Any

from workflow.understanding import Evidence, Located, Understanding

Json = dict[str, Any]


def understanding(found: Understanding) -> Json:
    """`{"procedure", "intent": {"code", "name"}, "topics", "flags", "parts", "version"}`, and `thin`, `numbers` beside.

    The weights of a topic's evidence add up to its score.
    """
    return {
        "procedure": found.procedure,
        "intent": {"code": found.intent, "name": found.intent_name, "evidence": [_evidence(e) for e in found.intent_evidence]},
        "topics": [
            {
                "code": t.code,
                "name": t.name,
                "confidence": t.confidence,
                "score": t.score,
                "evidence": [_evidence(e) for e in t.evidence],
            }
            for t in found.topics
        ],
        "flags": [{"code": f.code, "tier": f.tier, "text": f.text, "numbers": list(f.numbers)} for f in found.flags],
        "parts": [{"start": start, "end": end} for start, end in found.parts],
        "thin": found.thin,
        "version": found.version,
    }


def located(found: Located) -> Json:
    """`{"decision", "code", "candidates": [{"code", "name", "path", "score"}], "evidence"}`, and `detail`, `outside`, `grid`, `several`."""
    return {
        "decision": found.decision,
        "code": found.code,
        "candidates": [{"code": c.code, "name": c.name, "path": c.path, "score": c.score} for c in found.candidates],
        "evidence": [_evidence(e) for e in found.evidence],
        "detail": found.detail,
        "outside": found.outside_name,
        "grid": found.grid,
        "several": found.several,
    }


def _evidence(evidence: Evidence) -> Json:
    return {"text": evidence.text, "start": evidence.start, "end": evidence.end, "weight": evidence.weight}
