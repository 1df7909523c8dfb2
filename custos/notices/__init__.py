"""The owners' loop: from a finding to a person's decision.

| module | what it does |
|---|---|
| `question_wording` | how each rule is put to people, in words |
| `assignment`, `reassignment` | who is asked, and why |
| `case_subjects`, `case_update` | findings become questions, questions become cases |
| `case_store`, `case_findings`, `finding_snapshots`, `model` | what a case is and where it is kept |
| `digest`, `delivery`, `channels`, `contacts` | one message a day, by the channel that works |
| `cards`, `adaptive_cards`, `mail`, `bot_replies`, `wording` | what people read |
| `previews`, `card_text`, `card_page` | every notice rendered from a fixture, as text and as a picture |
| `bot_auth`, `bot_activity`, `bot_endpoint`, `decisions` | what people answer |
| `answer_rights`, `answer_grounds`, `answer_withdrawal` | who may give an answer, what it rests on, how it is taken back |
| `action_reports`, `unreported_actions`, `loosened` | what people are told without being asked |
| `unreached` | what becomes of a message that no channel took |
| `case_lookup` | what the planner learns from it |
"""
