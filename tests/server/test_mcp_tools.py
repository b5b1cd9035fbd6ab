"""MCP as an assistant uses it: the SDK's own client, over standard input and output and over HTTP."""

import asyncio
import functools
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from mcp import Client, StdioServerParameters

from support.app_server import app_server
from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.library import Request, open_library
from techsum.library.transfer import Transfer
from techsum.summarizers import extract


def in_own_loop(test):
    """Run an async test in a thread of its own: in this one the browser's tests may have left their loop running."""

    @functools.wraps(test)
    def run(*args, **values):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, test(*args, **values)).result()

    return run


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("server")) as (url, _):
        yield url


@pytest.fixture
def local(tmp_path):
    """Starts `techsum mcp` with these arguments."""

    def start(*arguments):
        environment = {"TECHSUM_DATA_DIR": str(tmp_path / "data"), "TECHSUM_LANG": "ko"}
        command = ["-m", "techsum", "mcp", *map(str, arguments)]
        return Client(StdioServerParameters(command=sys.executable, args=command, env=environment))

    return start


@pytest.fixture(params=["stdio", "http"])
def assistant(request, local):
    """A client of each transport."""
    return local() if request.param == "stdio" else Client(request.getfixturevalue("server") + "/mcp")


@in_own_loop
async def test_the_tools_are_named_and_described(assistant):
    async with assistant as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"summarize", "check", "ask", "search_library", "ask_library"}
    assert set(tools["summarize"].input_schema["properties"]) == {"source", "length", "style", "register"}
    assert all(tool.description for tool in tools.values())


@in_own_loop
@pytest.mark.slow
async def test_an_article_is_summarised_checked_and_asked(assistant):
    async with assistant as client:
        summary = (
            await client.call_tool("summarize", {"source": BODY, "length": "short"})
        ).structured_content
        false = {"article": BODY, "summary": "장치의 용량은 999킬로와트시이다."}
        checked = (await client.call_tool("check", false)).structured_content
        answer = (await client.call_tool("ask", {"article": BODY, "question": "용량은?"})).structured_content
    assert all(BODY[e["start"] : e["end"]] == e["text"] for s in summary["sentences"] for e in s["evidence"])
    assert [n["kind"] for s in checked["sentences"] for n in s["notices"]] == ["number"]
    assert answer["found"]
    assert "240킬로와트시" in answer["answer"]


@in_own_loop
async def test_what_cannot_be_done_is_one_line(assistant):
    async with assistant as client:
        failed = await client.call_tool("summarize", {"source": "짧은 글"})
    assert failed.is_error
    assert "100자 이상" in failed.content[0].text


@in_own_loop
@pytest.mark.slow
async def test_files_are_read_from_the_named_folder_alone(local, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{TITLE}\n\n{BODY}", "utf-8")
    (tmp_path / "secret.txt").write_text(BODY, "utf-8")
    async with local("--folder", folder) as client:
        assert not (await client.call_tool("summarize", {"source": "a.txt"})).is_error
        for source in ("../secret.txt", str(tmp_path / "secret.txt")):
            assert (await client.call_tool("summarize", {"source": source})).is_error
        one_line = {"source": BODY.replace("\n", " "), "length": "line"}  # longer than a file's name may be
        assert not (await client.call_tool("summarize", one_line)).is_error
    async with local() as client:
        assert (await client.call_tool("summarize", {"source": str(folder / "a.txt")})).is_error


@in_own_loop
async def test_the_library_is_searched(local, tmp_path):
    library = open_library(f"sqlite:///{tmp_path}/data/library.db")
    entry = library.begin("local", Request("text", "글"))
    library.finish(entry.id, replace(extract(Article(BODY, TITLE)), text="소금물 전지의 시험이 시작됐다."))
    library.save("local", entry.id)
    library.close()
    async with local() as client:
        found = (await client.call_tool("search_library", {"query": "전지"})).structured_content
        none = (await client.call_tool("search_library", {"query": "고래"})).structured_content
    assert [one["title"] for one in found["summaries"]] == [TITLE]
    assert none == {"summaries": [], "more": False}


@in_own_loop
@pytest.mark.slow
async def test_saved_articles_are_asked(local, tmp_path):
    library = open_library(f"sqlite:///{tmp_path}/data/library.db")
    entry = library.begin("local", Request("text", "글"), Article(BODY, TITLE))
    library.finish(entry.id, extract(Article(BODY, TITLE)))
    library.save("local", entry.id)
    Transfer(library).index_articles()
    library.close()
    async with local() as client:
        asked = {"question": "솔섬 저장 장치의 용량은 얼마인가요?"}
        (answer,) = (await client.call_tool("ask_library", asked)).structured_content["answers"]
    assert answer["summary"] == entry.id
    assert "240킬로와트시" in answer["answer"]


@in_own_loop
async def test_another_sites_page_may_not_call_tools(server):
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Origin": "https://elsewhere.example", "Accept": "application/json, text/event-stream"}
    assert httpx.post(f"{server}/mcp", json=call, headers=headers).status_code == 403
