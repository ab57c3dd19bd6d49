"""What an update may hold: our own short account of the Bot API, or the whole of it where the reference data lies.

A type is its fields: name → (the types its value may have, whether it must be there).
"""

from __future__ import annotations

import json
from pathlib import Path

Fields = dict[str, tuple[tuple[str, ...], bool]]
Shapes = dict[str, Fields]

_OWN = {
    "Update": "update_id!:Integer message:Message edited_message:Message channel_post:Message callback_query:CallbackQuery "
    "my_chat_member:ChatMemberUpdated chat_member:ChatMemberUpdated poll:Poll inline_query:InlineQuery",
    "Message": "message_id!:Integer date!:Integer chat!:Chat from:User edit_date:Integer text:String caption:String "
    "media_group_id:String photo:Array-of-PhotoSize video:File voice:File audio:File document:File animation:File video_note:File "
    "location:Location venue:Venue contact:Contact sticker:Sticker dice:Dice poll:Poll entities:Array-of-MessageEntity "
    "reply_to_message:Message pinned_message:Message new_chat_members:Array-of-User left_chat_member:User migrate_to_chat_id:Integer "
    "reply_markup:InlineKeyboardMarkup forward_origin:MessageOrigin via_bot:User",
    "Chat": "id!:Integer type!:String title:String username:String first_name:String is_forum:Boolean",
    "User": "id!:Integer is_bot!:Boolean first_name!:String last_name:String username:String language_code:String",
    "CallbackQuery": "id!:String from!:User chat_instance!:String message:Message data:String inline_message_id:String",
    "ChatMemberUpdated": "chat!:Chat from!:User date!:Integer old_chat_member!:ChatMember new_chat_member!:ChatMember",
    "ChatMember": "status!:String user!:User until_date:Integer is_member:Boolean",
    "PhotoSize": "file_id!:String file_unique_id!:String width!:Integer height!:Integer file_size:Integer",
    "File": "file_id!:String file_unique_id!:String width:Integer height:Integer duration:Integer length:Integer file_size:Integer "
    "file_name:String mime_type:String",
    "Location": "latitude!:Float longitude!:Float horizontal_accuracy:Float live_period:Integer",
    "Venue": "location!:Location title!:String address!:String",
    "Contact": "phone_number!:String first_name!:String last_name:String user_id:Integer",
    "Sticker": "file_id!:String file_unique_id!:String type!:String width!:Integer height!:Integer is_animated!:Boolean is_video!:Boolean",
    "Dice": "emoji!:String value!:Integer",
    "Poll": "id!:String question!:String options!:Array-of-PollOption total_voter_count!:Integer is_closed!:Boolean "
    "is_anonymous!:Boolean type!:String allows_multiple_answers!:Boolean",
    "PollOption": "text!:String voter_count!:Integer",
    "MessageEntity": "type!:String offset!:Integer length!:Integer url:String user:User",
    "MessageOrigin": "type!:String date!:Integer sender_user:User sender_user_name:String",
    "InlineKeyboardMarkup": "inline_keyboard!:Array-of-Array-of-InlineKeyboardButton",
    "InlineKeyboardButton": "text!:String callback_data:String url:String",
    "InlineQuery": "id!:String from!:User query!:String offset!:String",
}  # fmt: skip


def own() -> Shapes:
    return {name: dict(_field(word) for word in line.split()) for name, line in _OWN.items()}


def _field(word: str) -> tuple[str, tuple[tuple[str, ...], bool]]:
    name, _, kind = word.partition(":")
    return name.removesuffix("!"), ((kind.replace("-", " "),), name.endswith("!"))


def whole(path: Path) -> Shapes:
    """A type with subtypes has the fields of all of them, and what all of them need."""
    types = json.loads(path.read_text("utf-8"))["types"]
    found: Shapes = {}
    for name, kind in types.items():
        parts = [types.get(part, {}).get("fields", []) for part in kind.get("subtypes", [name])]
        needed = set.intersection(*({field["name"] for field in fields if field.get("required")} for fields in parts))
        found[name] = {field["name"]: (tuple(field["types"]), field["name"] in needed) for fields in parts for field in fields}
    return found
