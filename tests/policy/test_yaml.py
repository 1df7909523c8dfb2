"""YAML that could hurt or mislead is refused in bounded time, each fault in one sentence with its place."""

from __future__ import annotations

import pytest

from custos.policy.yaml_nodes import Entries, Text, read_yaml
from tests.policy.policies import bundle, only, policy, problems
from tests.yardstick import cheaply

YARDSTICKS = 50


def test_a_duplicate_key_is_refused_with_both_lines() -> None:
    """The second of two keys does not silently win."""
    found = only(policy() + "state: enforce\n")
    assert found.code == "duplicate"
    assert "line 7" in found.what


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: *x\n", "anchor"),
        ("a: !!python/object/apply:os.system [ls]\n", "tag"),
        ("a:\n\t- b\n", "tab"),
        ("a: [1, 2\n", "not YAML"),
        ("a: 'b\n", "not YAML"),
        ("a: b\n---\na: c\n", "second document"),
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("a: \x07\n", "U+0007"),
        ("a: b\u2028c: d\n", "U+2028 (line separator)"),
        ("a: b\u2029c: d\n", "U+2029"),
        ("a: b\x85c: d\n", "U+0085"),
        ("a: b\rc: d\n", "U+000D"),
        ("a: b\u200bc\n", "U+200B (zero width space)"),
        ("a: \u202etxt\n", "U+202E (right-to-left override)"),
        ("a: b\ufeff\n", "U+FEFF"),
        ('a: "\\u2028c"\n', "U+2028"),
        ('a: "\\u202ec"\n', "U+202E"),
        ("? [a, b]\n: c\n", "cannot be a key"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, said: str) -> None:
    """Anchors, tags, tabs, control characters and broken syntax each get their sentence."""
    _, found = read_yaml("x.yaml", text.encode())
    assert any(said in problem.what for problem in found)
    assert all(problem.mark.file == "x.yaml" for problem in found)


def test_anchors_cannot_explode() -> None:
    """A billion laughs costs nothing."""
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    content = "\n".join(layers).encode()
    _, found = cheaply(lambda: read_yaml("bomb.yaml", content), YARDSTICKS)
    assert found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: " + b"x" * 10_000_000, "10,000,003 bytes"),
        (b"[" * 50_000, "deeper"),
        (b"- a\n" * 30_000, "20,000 values"),
        ("a: é".encode("latin-1"), "not UTF-8"),
    ],
)
def test_size_and_depth_are_bounded(content: bytes, said: str) -> None:
    """Ten megabytes, fifty thousand brackets or thirty thousand items are one problem each, at once."""
    node, found = cheaply(lambda: read_yaml("big.yaml", content), YARDSTICKS)
    assert node is None
    assert said in found[0].what


@pytest.mark.parametrize("text", ["\ufeff" + policy(), policy().replace("\n", "\r\n"), policy() + "\n\n  \n"])
def test_byte_order_marks_and_windows_line_ends_are_harmless(text: str) -> None:
    """What editors leave behind changes nothing."""
    assert "test-policy" in bundle(text).policies


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    """`no`, `on` and dates are read by what stands before them."""
    node, _ = read_yaml("x.yaml", b"a: no\non: 2027-05-31\n")
    assert isinstance(node, Entries)
    assert {key: value.text for key, (_, value) in node.entries.items() if isinstance(value, Text)} == {
        "a": "no",
        "on": "2027-05-31",
    }


def test_a_list_where_a_policy_should_be_is_said() -> None:
    """The shape of the whole file is checked first."""
    assert any("keys and values" in problem.what for problem in problems("- a\n- b\n"))
