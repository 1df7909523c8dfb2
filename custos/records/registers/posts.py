"""People and their posts: one row a person with a post, who they are, which post, which department."""

from __future__ import annotations

from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Post
from custos.records.register import Register


def _post(row: RegisterRow) -> Post:
    begins, ends = row.day("valid_from"), row.day("valid_to", endless=True)
    row.in_order(("valid_from", begins), ("valid_to", ends))
    away_from, away_until = row.day("away_from"), row.day("away_until")
    row.in_order(("away_from", away_from), ("away_until", away_until))
    return Post(
        upn=row.upn("upn"),
        role=row.text("role"),
        department=row.text("department"),
        manager=row.upn("manager_upn"),
        valid_from=begins,
        valid_to=ends,
        away_from=away_from,
        away_until=away_until,
        mark=row.mark,
    )


POSTS = Register(
    file="people_roles.csv",
    noun="person",
    purpose="one row a person with a post: who they are, which post, which department",
    table=(
        column("upn*", Holds.PERSON, called="email|sign in name|user principal name|username|email address|account|login"),
        column("role*", called="post|job title|position|title|post title"),
        column("department*"),
        column("manager_upn", Holds.PERSON, called="line manager|manager|reports to|manager email"),
        column("valid_from"),
        column("valid_to"),
        column("away_from", called="on leave from|absent from|leave starts"),
        column("away_until", called="on leave until|absent until|leave ends"),
    ),
    make=_post,
    rows=lambda records: records.posts.values(),
    key=lambda post: post.upn,
    twice="Keep one row, with one title; settings.yaml may give a title several roles.",
)  # fmt: skip
REGISTER = POSTS
