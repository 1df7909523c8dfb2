"""HTTP functions are called as Azure's host calls them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest

from tests.local_host.served_app import Serving, serving


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("web", tmp_path_factory.mktemp("state")) as running:
        yield running


def test_headers_arrive_in_lower_case_and_without_the_empty_ones(host: Serving) -> None:
    """Whatever their spelling, names of headers reach the function in lower case; a header without a value does not."""
    told = host.ask("GET", "/api/echo/a", headers={"X-CUSTOS-Test": "Value", "X-Empty": ""}).json()["headers"]
    assert told["x-custos-test"] == "Value"
    assert "x-empty" not in told


def test_repeated_query_keys_are_joined_and_empty_ones_dropped(host: Serving) -> None:
    """`a=1&A=2&b=` reaches the function as a = "1,2" alone."""
    assert host.ask("GET", "/api/echo/a?a=1&A=2&b=").json()["query"] == {"a": "1,2"}


def test_body_arrives_when_its_length_is_given(host: Serving) -> None:
    """A body with Content-Length reaches the function as it is."""
    assert host.ask("POST", "/api/echo/a", body="naïve".encode()).json()["body"] == "naïve"


def test_chunked_body_arrives_empty(host: Serving) -> None:
    """A body without Content-Length does not reach the function, as in Azure."""
    where = urlsplit(host.url)
    assert where.hostname is not None
    with socket.create_connection((where.hostname, where.port or 0)) as line:
        line.sendall(
            b"POST /api/echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b'"body": ""' in answer


def test_route_values_are_decoded_once(host: Serving) -> None:
    """A route parameter has its percent-encoding undone once, save an encoded slash, and a catch-all takes the rest."""
    told = host.ask("GET", "/API/Echo/a%20b%2525/c%2Fd/e").json()
    assert told["route"] == {"site": "a b%25", "rest": "c%2Fd/e"}


def test_literal_route_goes_before_a_parameter(host: Serving) -> None:
    """The more specific of two routes that fit is taken."""
    assert host.ask("GET", "/api/echo/fixed/place").body == b"fixed"


def test_validation_token_is_not_decoded_twice(host: Serving) -> None:
    """Graph's handshake wants its token back decoded exactly once."""
    token = "Validation: Testing client application reachability, 100%25 + a&b=c ~ é"
    answer = host.ask("POST", f"/api/hook?validationToken={quote(token, safe='')}")
    assert (answer.status, answer.body.decode()) == (200, token)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_other_methods_and_paths_are_not_found(host: Serving) -> None:
    """A method that the function does not list is as unknown as a path that none has."""
    assert host.ask("GET", "/api/hook?validationToken=x").status == 404
    assert host.ask("GET", "/api/nowhere").status == 404
    assert host.ask("GET", "/echo/a").status == 404


@pytest.mark.parametrize(
    ("path", "opening"),
    [
        ("keyed", {"own", "host", "master"}),
        ("owners", {"master"}),
        ("hook?validationToken=x", {"own", "other", "host", "master", "none", "wrong"}),
    ],
)
def test_keys_open_what_their_level_says(host: Serving, path: str, opening: set[str]) -> None:
    """A function's level decides which keys open it; the others get 401."""
    keys = {
        "own": host.keys["functions"]["keyed"],
        "other": host.keys["functions"]["hook"],
        "host": host.keys["host"],
        "master": host.keys["master"],
        "wrong": "wröng",
        "none": "",
    }
    opened = {
        name
        for name, key in keys.items()
        if host.ask("POST", f"/api/{path}{'&' if '?' in path else '?'}code={quote(key)}").status != 401
    }
    assert opened == opening


def test_key_may_come_in_a_header(host: Serving) -> None:
    """`x-functions-key` serves as `code` does."""
    assert host.ask("GET", "/api/keyed", headers={"x-functions-key": host.keys["host"]}).status == 204


def test_raising_function_answers_500_and_tells_nothing(host: Serving) -> None:
    """What a function raised is for the log, not for the caller."""
    answer = host.ask("GET", "/api/raise")
    assert (answer.status, answer.body) == (500, b"")
    assert any("the secret reason" in line.get("error", "") for line in host.log())


def test_answer_is_handed_back_whole(host: Serving) -> None:
    """Status, type, headers, cookies and bytes reach the caller as the function set them."""
    answer = host.ask("GET", "/api/answer")
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (418, b"\x00\xff", "pot")
    assert answer.headers["content-type"] == "application/x-teapot"
    assert answer.cookies == ("a=1; Path=/", "b=2; HttpOnly")


@pytest.mark.parametrize(
    ("path", "lines"), [("log/x", {"from async code", "from its thread"}), ("logsync", {"from sync code"})]
)
def test_log_lines_carry_their_invocation(host: Serving, path: str, lines: set[str]) -> None:
    """Whatever a function logs can be found by its invocation's id, beside the host's own lines about it."""
    invocation = host.ask("GET", f"/api/{path}").body.decode()
    told = {line["message"] for line in host.log() if line.get("invocation") == invocation}
    assert told == {"executing", "executed", *lines}


def test_admin_needs_the_master_key(host: Serving) -> None:
    """No other key opens the host's own addresses."""
    assert host.ask("GET", "/admin/host/status").status == 401
    assert host.ask("GET", f"/admin/functions?code={host.keys['host']}").status == 401
    assert host.admin("GET", "host/status").json()["state"] == "Running"


def test_admin_lists_functions_with_their_bindings(host: Serving) -> None:
    """What the app registered can be read back from the host."""
    told = {each["name"]: each for each in host.admin("GET", "functions").json()}
    assert told["keyed"]["invoke_url_template"] == f"{host.url}/api/keyed"
    assert [binding["type"] for binding in told["keyed"]["config"]["bindings"]] == ["httpTrigger", "http"]


def test_admin_does_not_fire_http_functions(host: Serving) -> None:
    """An HTTP function is called at its own address, and the answer says so."""
    answer = host.admin("POST", "functions/keyed", b"{}")
    assert answer.status == 400
    assert "its own address" in answer.json()["message"]
    assert host.admin("POST", "functions/nobody", b"{}").status == 404


def test_start_names_each_function_with_its_trigger(host: Serving) -> None:
    """Before it is ready the host says what it serves, and where."""
    assert host.said[0] == "Functions:"
    assert "  hook            [POST] /api/hook  (anonymous)" in host.said
    assert host.said[-1] == f"ready {host.url}"
