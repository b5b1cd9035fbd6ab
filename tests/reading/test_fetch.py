"""The guarded fetcher: each class of attack from the field's advisories, and the legitimate twin of each."""

import gzip
import ipaddress
import socket
import ssl
import time
import zlib

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from support.servers import Site, page, redirect, send, silent_port
from techsum.errors import BlockedAddressError, FetchError, ReadingError
from techsum.reading.addresses import is_public, parse_link
from techsum.reading.fetch import Limits, fetch

OPEN = Limits(seconds=5, allow_loopback=True)
HELLO = "<html><body>안녕하세요</body></html>"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://127.1/",  # short
        "http://2130706433/",  # decimal
        "http://0x7f.0.0.1/",  # hexadecimal
        "http://0177.0.0.1/",  # octal
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",  # IPv4-mapped
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",  # NAT64
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",  # 6to4
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://100.100.100.200/",  # a cloud's metadata service in carrier-grade space
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://①②⑦.⓪.⓪.①/",  # IDNA folds these digits
    ],
)
def test_an_address_inside_is_refused_in_every_spelling(link):
    with pytest.raises(FetchError) as refused:
        fetch(link)
    assert isinstance(refused.value, BlockedAddressError) or refused.value.key == "url_invalid"


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://server/share",
        "gopher://example.com/",
        "ftp://example.com/a",
        "http:///nothing",
        "http://user:secret@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/a b",
        "http://exa\tmple.com/",
        "http://example.com:22/",
        "http://example.com:99999/",
        "http://[::1/",
    ],
)
def test_a_link_that_parsers_may_read_differently_is_refused(link):
    with pytest.raises(FetchError) as refused:
        parse_link(link)
    assert refused.value.key == "url_invalid"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com",
        "https://www.sciencetimes.co.kr/news/a/?cat=31",
        "http://한글.kr/기사",
        "https://example.com:8443/a#b",
    ],
)
def test_an_ordinary_link_is_accepted(link):
    assert parse_link(link).host


@given(st.ip_addresses(v=6))
def test_an_ipv6_that_wraps_ipv4_is_never_public(address):
    if is_public(address):
        assert address.is_global
        assert address.ipv4_mapped is None
        assert address.sixtofour is None
        assert address.teredo is None


@given(st.ip_addresses(v=4))
def test_a_public_ipv4_is_global_and_unicast(address):
    assert is_public(address) <= (address.is_global and not address.is_multicast)


def test_public_addresses_are_public():
    for known in ("1.1.1.1", "8.8.8.8", "211.34.1.1", "2606:4700::1111"):
        assert is_public(ipaddress.ip_address(known))


def test_a_page_is_fetched_with_its_host_name_and_type():
    # given a server that wants to know its own name
    with Site({"/a": page(HELLO)}) as site:
        # when a link with a host name is fetched
        got = fetch(f"http://localhost:{site.port}/a", OPEN)
        # then the name reached the server although the connection went to a vetted address
        assert got.body == HELLO.encode()
        assert (got.media_type, got.charset) == ("text/html", "utf-8")
        assert site.hits[0][2]["Host"] == f"localhost:{site.port}"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/", "//10.0.0.1/", "file:///etc/passwd"],
)
def test_a_redirect_into_the_private_network_is_refused(target, monkeypatch):
    # given an outside server, played by loopback under a public name, that redirects inside
    with Site({"/a": redirect(target)}) as site:
        _resolve(monkeypatch, {"outside.test": ["127.0.0.1"]}, vetted={"outside.test"})
        # when, then
        with pytest.raises(FetchError) as refused:
            fetch(f"http://outside.test:{site.port}/a", Limits(seconds=5))
        assert isinstance(refused.value, BlockedAddressError) or refused.value.key == "url_invalid"
        assert len(site.hits) == 1


def test_a_redirect_to_another_page_is_followed():
    with Site({"/a": redirect("/b"), "/b": page(HELLO)}) as site:
        got = fetch(f"{site.url}/a", OPEN)
    assert got.body == HELLO.encode()
    assert got.url.endswith("/b")


def test_redirects_in_a_circle_end():
    with Site({"/a": redirect("/a")}) as site, pytest.raises(FetchError) as refused:
        fetch(f"{site.url}/a", OPEN)
    assert refused.value.key == "fetch_redirects"


def test_a_resolver_that_changes_its_answer_gains_nothing(monkeypatch):
    # given a name that is public when first asked and private ever after (DNS rebinding)
    with Site({"/a": page(HELLO)}) as site:
        answers = iter([["203.0.113.0"], ["127.0.0.1"], ["127.0.0.1"]])
        asked = []
        real = socket.getaddrinfo

        def resolve(host, port, *args, **kwargs):
            if host != "rebind.test":
                return real(host, port, *args, **kwargs)
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers)[0], port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        # when
        with pytest.raises(FetchError):
            fetch(f"http://rebind.test:{site.port}/a", Limits(seconds=2))
        # then the name was asked once and the private server saw nothing
        assert asked == ["rebind.test"]
        assert site.hits == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    _resolve(monkeypatch, {"mixed.test": ["93.184.216.34", "10.1.2.3"]})
    with pytest.raises(BlockedAddressError):
        fetch("http://mixed.test/", Limits(seconds=2))


BOMB = 200 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_decompression_bomb_stops_at_the_limit(encoding):
    # given 200 KB that become 200 MB
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    body = b"".join(squeeze.compress(b"\0" * 1024 * 1024) for _ in range(BOMB >> 20)) + squeeze.flush()
    with Site({"/a": page(body, Content_Encoding=encoding)}) as site:
        # when
        began = time.process_time()
        with pytest.raises(ReadingError) as refused:
            fetch(f"{site.url}/a", Limits(seconds=20, size=5 << 20, allow_loopback=True))
        # then it ended at 5 MB, not at 200
        assert refused.value.key == "source_too_large"
        assert time.process_time() - began < 2


def test_a_bomb_in_a_redirect_is_never_unpacked():
    bomb = gzip.compress(b"\0" * (50 << 20))

    def answer(request):
        send(request, bomb, status=302, Location="/b", Content_Encoding="gzip")

    with Site({"/a": answer, "/b": page(HELLO)}) as site:
        assert (
            fetch(f"{site.url}/a", Limits(seconds=5, size=1 << 20, allow_loopback=True)).body
            == HELLO.encode()
        )


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(HELLO.encode()), zlib.compress(HELLO.encode())[2:-4], zlib.compress(HELLO.encode())],
    ids=["gzip", "deflate without a head", "deflate"],
)
def test_compressed_pages_are_read(packed):
    encoding = "gzip" if packed[:2] == b"\x1f\x8b" else "deflate"
    with Site({"/a": page(packed, Content_Encoding=encoding)}) as site:
        assert fetch(f"{site.url}/a", OPEN).body == HELLO.encode()


def test_an_unknown_encoding_is_said_plainly():
    with (
        Site({"/a": page(b"\x00\x01", Content_Encoding="zstd")}) as site,
        pytest.raises(FetchError) as refused,
    ):
        fetch(f"{site.url}/a", OPEN)
    assert refused.value.key == "fetch_encoding"


def test_a_two_gigabyte_download_is_refused_by_its_announcement():
    with Site({"/a": page(b"x", "application/pdf", Content_Length=str(2 << 30))}) as site:
        with pytest.raises(ReadingError) as refused:
            fetch(f"{site.url}/a", OPEN)
    assert refused.value.key == "source_too_large"


def test_a_body_without_end_stops_at_the_limit():
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        for _ in range(200):
            request.wfile.write(b"x" * 65536)
        request.close_connection = True

    with Site({"/a": answer}) as site, pytest.raises(ReadingError) as refused:
        fetch(f"{site.url}/a", Limits(seconds=10, size=1 << 20, allow_loopback=True))
    assert refused.value.key == "source_too_large"


def test_a_server_that_never_answers_meets_the_deadline():
    with silent_port() as port:
        began = time.monotonic()
        with pytest.raises(FetchError) as refused:
            fetch(f"http://127.0.0.1:{port}/", Limits(seconds=0.5, allow_loopback=True))
        assert refused.value.key == "fetch_timeout"
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_drips_bytes_meets_the_same_deadline(where):
    def answer(request):
        if where == "body":
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", "100000")
            request.end_headers()
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
            request.wfile.write(bytes([letter]))
            request.wfile.flush()
            time.sleep(0.05)

    with Site({"/a": answer}) as site:
        began = time.monotonic()
        with pytest.raises(FetchError) as refused:
            fetch(f"{site.url}/a", Limits(seconds=0.6, allow_loopback=True))
        assert refused.value.key == "fetch_timeout"
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4", "application/x-msdos-program", "font/woff2"])
def test_what_cannot_be_an_article_is_not_downloaded(kind):
    with Site({"/a": page(b"\0" * 1000, kind)}) as site, pytest.raises(FetchError) as refused:
        fetch(f"{site.url}/a", OPEN)
    assert refused.value.key == "fetch_kind"


@pytest.mark.parametrize(
    "kind", ["application/pdf", "application/octet-stream", "application/x-hwp", "text/plain"]
)
def test_documents_are_downloaded(kind):
    with Site({"/a": page(b"bytes", kind)}) as site:
        assert fetch(f"{site.url}/a", OPEN).body == b"bytes"


@pytest.mark.parametrize(
    ("status", "advice"),
    [(404, "링크를 다시"), (410, "링크를 다시"), (403, "복사해"), (500, "잠시 뒤"), (429, "잠시 뒤")],
)
def test_an_error_page_says_what_to_do(status, advice):
    with Site({"/a": page("x", status=status)}) as site, pytest.raises(FetchError) as refused:
        fetch(f"{site.url}/a", OPEN)
    assert str(status) in str(refused.value)
    assert advice in str(refused.value)


def test_a_name_that_does_not_exist():
    with pytest.raises(FetchError) as refused:
        fetch("http://no-such-host.invalid/")
    assert refused.value.key == "url_no_dns"


def test_nobody_listens():
    from support.servers import free_port

    with pytest.raises(FetchError) as refused:
        fetch(f"http://127.0.0.1:{free_port()}/", OPEN)
    assert refused.value.key == "fetch_failed"


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Site({"/a": page(HELLO)}, context) as site:
        with pytest.raises(FetchError) as refused:
            fetch(f"https://localhost:{site.port}/a", OPEN)
        assert refused.value.key == "fetch_tls"
        # and with the authority known, the same page is read: the name in the certificate is the link's
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch(f"https://localhost:{site.port}/a", OPEN).body == HELLO.encode()


def test_a_certificate_for_another_name_is_refused(tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with Site({"/a": page(HELLO)}, context) as site, pytest.raises(FetchError) as refused:
        fetch(f"https://localhost:{site.port}/a", OPEN)
    assert refused.value.key == "fetch_tls"


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    # a proxy would resolve names itself, behind the guard's back
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Site({"/a": page(HELLO)}) as site:
        assert fetch(f"{site.url}/a", OPEN).body == HELLO.encode()


def _resolve(monkeypatch, names, vetted=()):
    """Answer name look-ups from `names`; names in `vetted` pass the guard although they lead to loopback."""
    from techsum.reading import fetch as module

    real_vet, real_resolve = module.vetted_addresses, socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if host in names:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in names[host]]
        return real_resolve(host, port, *args, **kwargs)

    def vet(host, port, **kwargs):
        return names[host] if host in vetted else real_vet(host, port, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(module, "vetted_addresses", vet)


def test_a_gzip_body_of_several_members_is_read_whole():
    packed = gzip.compress(b"<html><body>") + gzip.compress(b"hello</body></html>")
    with Site({"/a": page(packed, Content_Encoding="gzip")}) as site:
        assert fetch(f"{site.url}/a", OPEN).body == b"<html><body>hello</body></html>"


def test_a_cut_compressed_body_is_not_taken_for_whole():
    packed = gzip.compress(bytes(range(256)) * 400)
    with Site({"/a": page(packed[: len(packed) // 2], Content_Encoding="gzip")}) as site:
        with pytest.raises(FetchError) as refused:
            fetch(f"{site.url}/a", OPEN)
    assert refused.value.key == "fetch_cut"


def test_a_resolver_that_stalls_meets_the_deadline(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: time.sleep(3))
    began = time.monotonic()
    with pytest.raises(FetchError) as refused:
        fetch("http://slow.test/", Limits(seconds=0.4))
    assert refused.value.key == "fetch_timeout"
    assert time.monotonic() - began < 2


def test_a_servers_words_cannot_steer_the_terminal():
    with Site({"/a": page(b"x", "image/\x1b[2Jx")}) as site, pytest.raises(FetchError) as refused:
        fetch(f"{site.url}/a", OPEN)
    assert "\x1b" not in str(refused.value)
