"""One page over the network: only whom the operator asked for is contacted, and a page comes whole or not at all."""

import gzip
import ipaddress
import ssl
import tracemalloc
import zlib
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from page_server import Certificate, Reply, make_certificate, moved, page_server, played, proxy_before

from ingest.connection import FetchPolicy, is_public
from ingest.download import Downloader
from kb.errors import ConfigError, SourceError

SITE = "https://www.cnipa.gov.cn"
TEXT = "第一条 为了测试，制定本办法。\n".encode() * 400


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


OFFICIAL = FetchPolicy(frozenset({"www.cnipa.gov.cn", "www.samr.gov.cn"}))


@pytest.fixture
def download(certificate: Certificate):
    """The page at /a of a site with these pages, or why it could not be had; and what the site was asked."""
    def run(pages: dict[str, Reply | list[Reply]] | Reply | list[Reply], url: str = f"{SITE}/a", **changes: object):
        with page_server(pages if isinstance(pages, dict) else {"/a": pages}, certificate) as site:
            try:
                return Downloader(replace(played(OFFICIAL, site), **changes)).get(url), site
            except SourceError as error:
                return error, site
    return run


# -- whom we talk to -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1",
    "2002:7f00:1::", "2001:db8::1", "2001:0:7f00:1::"])
def test_an_address_inside_a_network_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["219.142.0.1", "8.8.8.8", "2408:8000::1", "2001:4860:4860::8888"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["10.0.0.7"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"],
                                     ["219.142.0.1", "192.168.0.9"]])
def test_a_public_name_that_leads_inside_is_not_contacted(answers):
    """The policy is the default one: were the address tried, the block on the network would end the test."""
    with pytest.raises(SourceError, match="非公网地址"):
        Downloader(replace(OFFICIAL, resolve=lambda host, port: answers)).get(f"{SITE}/a")


def test_the_checked_address_is_the_one_contacted(download):
    """A name that is public when checked and private a moment later never gets a second look."""
    looks = iter([["127.0.0.1"], ["10.0.0.1"]])
    page, site = download(Reply(TEXT), resolve=lambda host, port: next(looks))
    assert page.data == TEXT
    assert next(looks) == ["10.0.0.1"]
    assert site.requests[0][1]["host"] == "www.cnipa.gov.cn"


@pytest.mark.parametrize(("url", "why"), [
    ("http://www.cnipa.gov.cn/a", "不是 https"), ("ftp://www.cnipa.gov.cn/a", "不是 https"), ("file:///etc/passwd", "不是 https"),
    ("https://www.example.com/a", "名单以外"), ("https://cnipa.gov.cn/a", "名单以外"), ("https://127.0.0.1/a", "名单以外"),
    ("https://www.cnipa.gov.cn.example.com/a", "名单以外"), ("https://www.cnipa.gov.cn@example.com/a", "名单以外"),
    ("https://www.cnipa.gov.cn:8443/a", "端口或账号"), ("https://me:pw@www.cnipa.gov.cn/a", "端口或账号"),
    ("https://www.cnipa.gov.cn:x/a", "写法不对"), ("https:///a", "名单以外")])
def test_an_address_off_the_list_is_refused_before_anything_is_sent(download, url, why):
    error, site = download({}, url)
    assert why in error.problem
    assert not site.requests


@pytest.mark.parametrize(("location", "why"), [
    ("http://www.cnipa.gov.cn/b", "不是 https"), ("https://elsewhere.example/b", "名单以外"), ("https://localhost/b", "名单以外"),
    ("https://169.254.169.254/latest", "名单以外"), ("https://[::1]/b", "名单以外"), ("//10.0.0.1/b", "名单以外"),
    ("file:///etc/passwd", "不是 https"), ("https://www.cnipa.gov.cn:22/b", "端口或账号"), ("https://[/b", "写法不对")])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_checked_like_the_first_address(download, location, why, status):
    error, site = download(moved(location, status))
    assert why in error.problem
    assert site.paths == ["/a"]


def test_a_redirect_to_a_name_that_leads_inside_is_refused(download):
    inside = {"www.cnipa.gov.cn": ["127.0.0.1"], "www.samr.gov.cn": ["10.0.0.1"]}
    error, site = download(moved("https://www.samr.gov.cn/b"), resolve=lambda host, port: inside[host])
    assert "非公网地址" in error.problem
    assert site.paths == ["/a"]


def test_three_redirects_are_followed_and_a_fourth_is_not(download):
    chain = {"/a": moved("/b"), "/b": moved("c"), "/c": moved("https://www.samr.gov.cn/d"), "/d": Reply(TEXT)}
    page, _ = download(chain)
    assert (page.data, page.url) == (TEXT, "https://www.samr.gov.cn/d")
    error, site = download({**chain, "/d": moved("/e"), "/e": Reply(TEXT)})
    assert "跳转超过 3 次" in error.problem
    assert "/e" not in site.paths


def test_a_certificate_nobody_vouches_for_is_refused(download):
    error, site = download(Reply(TEXT), tls=ssl.create_default_context)
    assert "证书无法验证" in error.problem
    assert not site.requests


def test_a_certificate_of_another_site_is_refused(download):
    error, site = download(Reply(TEXT), "https://www.ncac.gov.cn/a", hosts=frozenset({"www.ncac.gov.cn"}))
    assert "证书无法验证" in error.problem
    assert not site.requests


def test_a_request_says_who_asks_and_nothing_else(download):
    _, site = download([Reply(TEXT, headers={"Set-Cookie": "id=1"}, cut_at=10), Reply(TEXT)])
    for _, headers in site.requests:
        assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert headers["user-agent"].startswith("zhiwen-fetch")


def test_proxies_of_the_environment_are_not_used(download, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert download(Reply(TEXT))[0].data == TEXT


def test_a_proxy_the_operator_names_is_used_and_the_site_still_has_to_prove_itself(certificate):
    with page_server({"/a": Reply(TEXT)}, certificate) as site, proxy_before(site) as (address, asked):
        assert Downloader(replace(played(OFFICIAL, site), proxy=address)).get(f"{SITE}/a").data == TEXT
        assert asked == [f"www.cnipa.gov.cn:{site.port}"]


@pytest.mark.parametrize("address", ["proxy.example", "https://proxy.example:1", "http://proxy.example", "http://me:pw@proxy.example:1",
                                     "socks5://proxy.example:1", "http://proxy.example:x", "http://proxy.example:1/p"])
def test_a_proxy_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(ConfigError, match="代理地址"):
        Downloader(FetchPolicy(frozenset(), proxy=address))


# -- whole or not at all -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("reply", [Reply(TEXT), Reply(TEXT, chunked=True), Reply(TEXT, declared=None)],
                         ids=["length", "chunked", "until the end"])
def test_a_page_comes_as_it_is(download, reply):
    assert download(reply)[0].data == TEXT


@pytest.mark.parametrize("broken", [
    Reply(TEXT, cut_at=100), Reply(TEXT, chunked=True, cut_at=100), Reply(TEXT, declared=len(TEXT) + 5),
    Reply(TEXT[:100], declared=None, farewell=False), Reply(TEXT, cut_at=0)],
    ids=["cut off", "cut off in a chunk", "shorter than declared", "ends without a word", "nothing came"])
def test_a_page_that_breaks_off_is_asked_for_again(download, broken):
    page, site = download([broken, broken, Reply(TEXT)])
    assert page.data == TEXT
    assert site.paths == ["/a"] * 3
    error, _ = download(broken)
    assert "3 次都没有下载完整" in error.problem


def test_the_rest_of_a_page_is_asked_for_where_the_site_can_tell_versions_apart(download):
    page, site = download([Reply(TEXT, etag='"v1"', cut_at=1000), Reply(TEXT, etag='"v1"', cut_at=500),
                           Reply(TEXT, etag='"v1"')])
    assert page.data == TEXT
    assert [headers.get("range") for _, headers in site.requests] == [None, "bytes=1000-", "bytes=1500-"]
    assert site.requests[1][1]["if-range"] == '"v1"'


def test_a_page_that_changed_in_between_is_taken_whole(download):
    newer = TEXT.replace("第一条".encode(), "第二条".encode())
    page, _ = download([Reply(TEXT, etag='"v1"', cut_at=1000), Reply(newer, etag='"v2"')])
    assert page.data == newer


def test_a_site_that_sends_the_rest_of_another_version_is_asked_for_the_whole(download):
    newer = TEXT.replace("第一条".encode(), "第二条".encode())
    page, site = download([Reply(TEXT, etag='"v1"', cut_at=1000), Reply(newer, etag='"v2"', ignores_version=True),
                           Reply(newer, etag='"v2"')])
    assert page.data == newer
    assert [headers.get("range") for _, headers in site.requests] == [None, "bytes=1000-", None]


def test_a_rest_that_does_not_begin_where_the_page_broke_off_is_not_joined_to_it(download):
    page, site = download([Reply(TEXT, etag='"v1"', cut_at=1000), Reply(TEXT, etag='"v1"', resumes_late=3),
                           Reply(TEXT, etag='"v1"')])
    assert page.data == TEXT
    assert [headers.get("range") for _, headers in site.requests] == [None, "bytes=1000-", None]


@pytest.mark.parametrize("etag", ["", 'W/"v1"'], ids=["none", "weak"])
def test_without_a_strong_version_the_whole_page_is_asked_for(download, etag):
    page, site = download([Reply(TEXT, headers={"ETag": etag} if etag else {}, cut_at=1000), Reply(TEXT)])
    assert page.data == TEXT
    assert "range" not in site.requests[1][1]


def test_the_checksum_a_site_states_must_be_that_of_the_page(download):
    right, wrong = (b64encode(sha256(content).digest()).decode() for content in (TEXT, b"other"))
    for form in ("sha-256=:{}:", "sha-512=:AAAA:, sha-256=:{}:"):
        assert download(Reply(TEXT, headers={"Repr-Digest": form.format(right)}))[0].data == TEXT
        assert "校验值不一致" in download(Reply(TEXT, headers={"Repr-Digest": form.format(wrong)}))[0].problem
    assert "校验值不一致" in download(Reply(TEXT, headers={"Digest": f"SHA-256={wrong}"}))[0].problem


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_refusal_is_reported_at_once(download, status):
    error, site = download(Reply(b"no", status))
    assert f"（{status}）" in error.problem
    assert len(site.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 521])
def test_an_error_of_the_site_is_tried_again(download, status):
    assert download([Reply(b"oops", status), Reply(TEXT)])[0].data == TEXT
    error, site = download(Reply(b"oops", status))
    assert f"网站出错（{status}）" in error.problem
    assert len(site.requests) == 3


def test_an_empty_page_is_no_page(download):
    assert "空的" in download(Reply(b""))[0].problem


# -- limits --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("reply", [Reply(b"x", declared=10_000_000), Reply(b"x" * 5000, declared=None),
                                   Reply(b"x" * 5000, chunked=True)], ids=["declared", "counted", "chunked"])
def test_a_page_over_the_limit_is_refused(download, reply):
    error, site = download(reply, max_bytes=4000)
    assert "上限" in error.problem
    assert len(site.requests) == 1


def packed(content: bytes, window: int) -> bytes:
    packer = zlib.compressobj(9, wbits=window)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(("coding", "content"), [
    ("gzip", gzip.compress(TEXT)), ("GZIP", gzip.compress(TEXT)), ("deflate", packed(TEXT, 15)), ("deflate", packed(TEXT, -15)),
    ("identity", TEXT)])
def test_a_compressed_page_is_unpacked(download, coding, content):
    assert download(Reply(content, headers={"Content-Encoding": coding}))[0].data == TEXT


@pytest.mark.parametrize(("coding", "content", "why"), [
    ("gzip", gzip.compress(b"\0" * 50_000_000), "上限"), ("deflate", packed(b"\0" * 50_000_000, 15), "上限"),
    ("gzip", gzip.compress(TEXT)[:-30], "不完整"), ("gzip", TEXT, "已损坏"), ("gzip", gzip.compress(TEXT) * 2, "不完整"),
    ("br", TEXT, "不支持")], ids=["bomb", "deflate bomb", "short", "not packed", "twice", "unknown"])
def test_a_page_that_unpacks_to_too_much_or_not_at_all_is_refused(download, coding, content, why):
    assert why in download(Reply(content, headers={"Content-Encoding": coding}))[0].problem


def test_a_bomb_is_not_unpacked_beyond_the_limit(download):
    bomb = Reply(gzip.compress(bytes(40_000_000)), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        assert "上限" in download(bomb, max_bytes=1_000_000)[0].problem
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_silent_site_is_given_up(download):
    error, site = download(Reply(silent=True), read_s=0.2)
    assert "超时" in error.problem
    assert len(site.requests) == 3


@pytest.mark.parametrize("declared", [-1, None])
def test_a_site_that_sends_a_byte_now_and_then_is_given_up(download, declared):
    """Each byte comes within the time for one wait; only the time for the whole ends it, in the head as in the body."""
    error, _ = download(Reply(TEXT, pause=0.02, declared=declared), read_s=5.0, total_s=0.5)
    assert "0.5 秒内没有下载完" in error.problem


# -- politeness ----------------------------------------------------------------------------------------------------

def test_a_second_passes_between_two_requests_to_one_host(certificate):
    waits: list[float] = []
    with page_server({"/a": Reply(TEXT), "/b": Reply(TEXT)}, certificate) as site:
        downloader = Downloader(replace(played(OFFICIAL, site), sleep=waits.append, pause_s=1000.0, total_s=5000.0))
        downloader.get(f"{SITE}/a")
        assert waits == []
        downloader.get("https://www.samr.gov.cn/a")
        assert waits == []
        downloader.get(f"{SITE}/b")
        assert len(waits) == 1
        assert 900 < waits[0] <= 1000


@pytest.mark.parametrize("status", [429, 503])
def test_the_patience_a_site_asks_for_is_kept(download, status):
    waits: list[float] = []
    page, _ = download([Reply(b"later", status, {"Retry-After": "7"}), Reply(TEXT)], sleep=waits.append)
    assert page.data == TEXT
    assert waits == [7.0]


@pytest.mark.parametrize("asked", ["3600", "99999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_site_that_wants_to_be_left_alone_for_long_is_left_alone(download, asked):
    waits: list[float] = []
    error, site = download(Reply(b"later", 429, {"Retry-After": asked}), sleep=waits.append)
    assert "秒后再试" in error.problem
    assert (len(site.requests), waits) == (1, [])


@pytest.mark.parametrize("asked", ["soon", "-5", "Fri, 31 Dec 1999 23:59:59 GMT", "１２"])
def test_a_wish_for_patience_that_cannot_be_read_is_met_with_a_little(download, asked):
    waits: list[float] = []
    headers = {"Retry-After": asked} if asked.isascii() else {}
    page, _ = download([Reply(b"later", 429, headers), Reply(TEXT)], sleep=waits.append)
    assert page.data == TEXT
    assert all(0 <= wait <= 60 for wait in waits)
