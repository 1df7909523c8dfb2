"""The owners' loop: from a finding to a person's decision.

| module | what it does |
|---|---|
| `topics` | how each rule is put to people, in words |
| `assignment` | who is asked, and why |
| `subjects`, `refresh` | findings become questions, questions become cases |
| `cases`, `members`, `model` | what a case is and where it is kept |
| `digest`, `delivery`, `postman`, `people` | one message a day, by the channel that works |
| `cards`, `elements`, `letters`, `replies`, `wording` | what people read |
| `bot_inbound`, `activity`, `invoke`, `decisions` | what people answer |
| `lookup` | what the planner learns from it |
"""
