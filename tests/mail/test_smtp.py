"""Each fate a message can have, at a real server."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from peerreview.mail.addresses import LOCAL_PART, NO_ADDRESS, BadAddress, to_ascii
from peerreview.mail.smtp import Failed, Fate, Retry, Sender, Sent, SmtpServer, Unclear

from .certificates import certificate_in
from .post import DROP, Post, free_port

BYTES = b"From: a@x.example\r\nTo: b@x.example\r\nSubject: Hej\r\n\r\nHej!\r\n.punkt\r\n"


def send(sender: Sender, recipient: str = "b@x.example", message: bytes = BYTES) -> Fate:
    return sender.send(sender="a@x.example", recipient=recipient, message=message)


def test_bytes_arrive_as_they_are() -> None:
    with Post() as post, Sender(post.address) as sender:
        assert send(sender) == Sent()
    assert post.taken == [(["b@x.example"], BYTES)]


def test_one_connection_serves_many_messages() -> None:
    with Post() as post, Sender(post.address) as sender:
        assert [send(sender) for _ in range(20)] == [Sent()] * 20
    assert (len(post.taken), post.connections) == (20, 1)


def test_4xx_may_go_later() -> None:
    with Post() as post, Sender(post.address) as sender:
        post.to_rcpt[:] = ["451 greylisted"]
        assert [send(sender), send(sender)] == [Retry("451 greylisted"), Sent()]
        post.to_data[:] = ["452 disk full"]
        assert [send(sender), send(sender)] == [Retry("452 disk full"), Sent()]
        post.to_mail[:] = ["421 busy"]
        assert [send(sender), send(sender)] == [Retry("421 busy"), Sent()]
    assert len(post.taken) == 3


def test_5xx_never_goes_and_says_what_was_refused() -> None:
    with Post() as post, Sender(post.address) as sender:
        post.to_rcpt[:] = ["550 no such user"]
        assert [send(sender), send(sender)] == [Failed("550 no such user", "recipient"), Sent()]
        post.to_data[:] = ["554 spam"]
        assert [send(sender), send(sender)] == [Failed("554 spam", "message"), Sent()]
        post.to_mail[:] = ["553 not yours"]
        assert [send(sender), send(sender)] == [Failed("553 not yours", "sender"), Sent()]


def test_nobody_listens() -> None:
    with Sender(SmtpServer("127.0.0.1", free_port(), timeout=5)) as sender:
        fate = send(sender)
    assert isinstance(fate, Retry)
    assert fate.unreachable
    assert "refused" in fate.answer


def test_a_name_that_does_not_exist() -> None:
    with Sender(SmtpServer("nowhere.invalid", 25, timeout=5)) as sender:
        fate = send(sender)
    assert isinstance(fate, Retry)
    assert fate.unreachable


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with Sender(SmtpServer("127.0.0.1", mute.getsockname()[1], timeout=1)) as sender:
            fate = send(sender)
    assert isinstance(fate, Retry)
    assert fate.unreachable
    assert time.monotonic() - begun < 5


def test_a_line_dropped_before_data_is_a_clear_no() -> None:
    with Post() as post, Sender(post.address) as sender:
        post.to_rcpt[:] = [DROP]
        fate = send(sender)
    assert isinstance(fate, Retry)
    assert post.taken == []


def test_a_line_dropped_past_data_is_unclear() -> None:
    with Post() as post, Sender(post.address) as sender:
        post.to_data[:] = [DROP]
        assert isinstance(send(sender), Unclear)
        assert send(sender) == Sent()


def test_a_line_dropped_past_data_after_a_good_message_is_unclear() -> None:
    with Post() as post, Sender(post.address) as sender:
        assert send(sender) == Sent()
        post.to_data[:] = [DROP]
        assert isinstance(send(sender), Unclear)


def test_a_line_dropped_while_the_body_is_under_way_is_unclear() -> None:
    """The server goes after 354, in the middle of a message that is larger than any buffer."""
    listener = socket.create_server(("127.0.0.1", 0))

    def half_a_server() -> None:
        line, _ = listener.accept()
        with line, line.makefile("rb") as words:
            line.sendall(b"220 half\r\n")
            for answer in (b"250 half", b"250 OK", b"250 OK", b"354 go on"):
                words.readline()
                line.sendall(answer + b"\r\n")
            line.recv(1000)

    thread = threading.Thread(target=half_a_server)
    thread.start()
    with listener, Sender(SmtpServer("127.0.0.1", listener.getsockname()[1], timeout=5)) as sender:
        assert isinstance(send(sender, message=BYTES + b"x\r\n" * 3_000_000), Unclear)
    thread.join()


def test_a_server_that_hung_up_between_two_messages_costs_neither() -> None:
    with Post() as post, Sender(post.address) as sender:
        assert send(sender) == Sent()
        post.stop()
        with Post(post.port) as again:
            assert send(sender) == Sent()
    assert len(again.taken) == 1


@pytest.mark.parametrize("address", ["åsa@x.example", "б@x.example"])
def test_letters_that_smtp_cannot_carry_are_refused_in_words(address: str) -> None:
    with Post() as post, Sender(post.address) as sender:
        assert send(sender, address) == Failed(LOCAL_PART, "recipient")
    assert post.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "a@",
        "@x.example",
        "a b@x.example",
        "a@x.example\r\nRCPT TO:<c@x.example>",
        "a@x.example>, <c@x.example",
        '"a@b"@x.example',
        "a..b@x.example",
        "a@x..example",
        "a@-x.example",
        "a@" + "x" * 64 + ".example",
        "a@" + "å" * 64 + ".se",
        "a" * 250 + "@x.example",
    ],
)
def test_no_address_is_refused_in_words(address: str) -> None:
    with Post() as post, Sender(post.address) as sender:
        assert send(sender, address) == Failed(NO_ADDRESS, "recipient")


def test_a_swedish_domain_goes_as_punycode() -> None:
    assert to_ascii(" anna@Malmö.example ") == "anna@xn--malm-8qa.example"
    with pytest.raises(BadAddress):
        to_ascii("anna")
    with Post() as post, Sender(post.address) as sender:
        assert send(sender, "anna@malmö.example") == Sent()
    assert post.taken[0][0] == ["anna@xn--malm-8qa.example"]


def test_a_wrong_password_says_nothing_about_the_message() -> None:
    def nobody(*asked: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with Post(authenticator=nobody, auth_require_tls=False) as post:
        server = SmtpServer("127.0.0.1", post.port, username="u", password="p", timeout=5)
        with Sender(server) as sender:
            fate = send(sender)
    assert isinstance(fate, Retry)
    assert fate.unreachable
    assert fate.answer.startswith("535")


def test_starttls_that_is_not_offered_sends_nothing_in_clear() -> None:
    with Post() as post:
        with Sender(SmtpServer("127.0.0.1", post.port, use_tls=True, timeout=5)) as sender:
            assert isinstance(send(sender), Retry)
    assert post.taken == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


def test_starttls_takes_no_certificate_but_a_right_one(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    with Post(tls_context=context) as post:
        by_name = SmtpServer("localhost", post.port, use_tls=True, timeout=5)
        with Sender(by_name) as sender:
            fate = send(sender)
        assert isinstance(fate, Retry)
        assert "CERTIFICATE_VERIFY_FAILED" in fate.answer
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        with Sender(by_name) as sender:
            assert send(sender) == Sent()
        with Sender(SmtpServer("127.0.0.1", post.port, use_tls=True, timeout=5)) as sender:
            assert isinstance(send(sender), Retry)
    assert len(post.taken) == 1


def test_tls_from_the_first_byte(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    with Post(ssl_context=context) as post:
        server = SmtpServer("localhost", post.port, use_ssl=True, timeout=5)
        with Sender(server) as sender:
            assert isinstance(send(sender), Retry)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        with Sender(server) as sender:
            assert send(sender) == Sent()
            post.to_data[:] = [DROP]
            assert isinstance(send(sender), Unclear)
