"""The prompts of the interview: which sentence, which buttons. No rule is decided here."""

from __future__ import annotations

from bot.outgoing import Keyboard, answer, button, literal, rows
from bot.resident import several
from workflow import deadlines, intake, routing
from workflow.desk import Session
from workflow.intake import Ask, Doubt, Draft
from workflow.model import DRAFT, Button, Json, Priority, Procedure, Speech
from workflow.region import Level, Region
from workflow.understanding import PlaceGuess

PAGE = 12


def prompt(session: Session, contact_id: int, draft: Draft, ask: Ask, edits: str = "") -> Speech:
    match ask:
        case Ask.TEXT:
            return answer(contact_id, "intake.ask_text", (_cancel(draft),))
        case Ask.PLACE_TIE:
            return _tie(contact_id, draft, session.region)
        case Ask.PLACE:
            return answer(contact_id, "intake.ask_place_again" if draft.place_asked else "intake.ask_place", place_ways(draft))
        case Ask.CONFIRM:
            return several.card(session, contact_id, draft, edits) if draft.apart else card(session, contact_id, draft, edits)


def _cancel(draft: Draft) -> tuple[Button, ...]:
    return (button("intake.cancel", f"i:cancel:{draft.id}"),)


def place_ways(draft: Draft) -> Keyboard:
    return (
        (button("intake.pick_place", f"i:pick:{draft.id}:"), button("intake.place_unknown", f"i:noplace:{draft.id}")),
        (button("intake.cancel", f"i:cancel:{draft.id}"),),
    )


def readable(region: Region, code: str) -> str:
    return " ".join(place.name for place in region.path(code)) or region.name


def _tie(contact_id: int, draft: Draft, region: Region) -> Speech:
    choices = [literal(readable(region, code), f"i:place:{draft.id}:{code}") for code in draft.ties]
    none = button("intake.none_of_these", f"i:notie:{draft.id}")
    one = len(draft.ties) == 1
    if draft.claims and draft.point is not None and not draft.point_weighed:
        return answer(contact_id, "pins.which", rows([*choices, none], 1))
    key = "place.is_it_this" if one else "place.which_of_several" if draft.several else "intake.ask_tie"
    return answer(contact_id, key, rows([*choices, none], 1))


def near(contact_id: int, draft: Draft, guesses: tuple[PlaceGuess, ...]) -> Speech:
    """A shared point suggests; the person confirms."""
    choices = [literal(guess.path or guess.name, f"i:place:{draft.id}:{guess.code}") for guess in guesses]
    other = button("intake.pick_place", f"i:pick:{draft.id}:")
    return answer(contact_id, "intake.confirm_point", rows([*choices, other], 1))


def pick(contact_id: int, draft: Draft, region: Region, parent: str, edits: str) -> Speech:
    """County → town → village → grid, by buttons. A grid need not be picked: the village is enough."""
    inside = parent or region.code
    places = [region.places[code] for code in region.children.get(inside, ())]
    choices = []
    for place in places:
        deeper = place.level is not Level.GRID and bool(region.children.get(place.code))
        verb = "pick" if deeper and place.level is not Level.VILLAGE else "place"
        if place.level is Level.VILLAGE and len(region.within(place.code, Level.GRID)) > 1:
            verb = "pick"
        choices.append(literal(place.name, f"i:{verb}:{draft.id}:{place.code}"))
    if parent and region.places[parent].level in {Level.TOWN, Level.VILLAGE}:
        choices.append(button("intake.this_is_enough", f"i:place:{draft.id}:{parent}"))
    back = [button("intake.back", f"i:pick:{draft.id}:{_above(region, parent)}")] if parent else []
    name = readable(region, parent) if parent else region.name
    return answer(contact_id, "intake.pick_from", (*rows(choices), tuple(back)) if back else rows(choices), edits=edits, name=name)


def _above(region: Region, code: str) -> str:
    parent = region.places[code].parent
    return "" if parent == region.code else parent


def topics(contact_id: int, draft: Draft, region: Region, item: str, edits: str) -> Speech:
    """The three best first; then the items; then an item's sub-themes."""
    back = button("intake.back", f"i:card:{draft.id}")
    if item == "all":
        items = dict.fromkeys((topic.item, topic.item_name) for topic in region.topics.values())
        choices = [literal(name, f"i:topics:{draft.id}:{code}") for code, name in items]
        return answer(contact_id, "intake.pick_item", (*rows(choices), (back,)), edits=edits)
    codes = [topic.code for topic in region.topics.values() if topic.item == item] if item else list(draft.topics)
    choices = [literal(region.topics[code].name, f"i:topic:{draft.id}:{code}") for code in codes if code in region.topics]
    more = button("intake.all_topics", f"i:topics:{draft.id}:all")
    return answer(contact_id, "intake.pick_topic", (*rows(choices, 1), (more, back)), edits=edits)


def card(session: Session, contact_id: int, draft: Draft, edits: str = "") -> Speech:
    """What was understood, to be confirmed: see `bot.cards.draft`."""
    region, procedure = session.region, Procedure(draft.procedure)
    doubt = intake.doubt(draft, region.sureness)
    draft = intake.left_open(draft, region.sureness)
    topic = region.topics.get(draft.topic)
    hub = routing.hub_for(region, procedure, draft.place or region.code)
    due = deadlines.expected(procedure, draft.topic, session.now, region, session.calendar)
    because = draft.words if draft.topic in draft.topics[:1] else ()
    params: Json = {
        "topic": draft.topic, "because": list(because), "place": draft.place, "detail": draft.place_detail,
        "hub": [hub.unit, hub.place], "lead": topic.lead if topic else "", "files": len(draft.files), "anonymous": draft.anonymous,
        "urgency": draft.urgency, "procedure": procedure.value, "due": due.isoformat() if due else None,
        "doubt": doubt.value,
    }  # fmt: skip
    choices = () if doubt is Doubt.NONE else _choices(draft, region)
    buttons = _card_buttons(draft, choices, secret=procedure is Procedure.PETITION_REPORT)
    return Speech(contact_id, params=params, buttons=buttons, card=DRAFT, edits=edits, priority=Priority.ANSWER)


def _choices(draft: Draft, region: Region) -> Keyboard:
    """The likeliest topics, the best first, each in one tap; then the way to all of them."""
    likely = [literal(region.topics[code].name, f"i:topic:{draft.id}:{code}") for code in draft.topics if code in region.topics]
    return rows([*likely, button("intake.none_of_these", f"i:topics:{draft.id}:all")])


def _card_buttons(draft: Draft, choices: Keyboard, *, secret: bool) -> Keyboard:
    name = button("intake.be_named" if draft.anonymous else "intake.be_anonymous", f"i:anon:{draft.id}")
    add, cancel = button("intake.add", f"i:add:{draft.id}"), button("intake.cancel", f"i:cancel:{draft.id}")
    submit = button("intake.submit", f"i:submit:{draft.id}")
    if secret:
        return ((submit,), (add, name), (cancel,))
    topic, place = button("intake.change_topic", f"i:topics:{draft.id}:"), button("intake.change_place", f"i:pick:{draft.id}:")
    change = (place,) if choices else (topic, place)
    return (*choices, (submit,), *several.way_back(draft), change, (add, name), (cancel,))
