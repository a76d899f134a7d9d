"""The page in a real Chromium, handed out by a real ``tactful serve``: the case never leaves the browser.

Skipped where Chromium, playwright or the built page is missing.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tactful
from shown_page import PATIENCE, Shown, wait_for_answer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "tactful" / "_page"
AXE = ROOT / "page" / "node_modules" / "axe-core" / "axe.min.js"
EXAMPLE = ROOT / "examples" / "two_interviewers_one_wants_email.yaml"
PICTURE = ROOT / "docs" / "images" / "page.png"
#: Compresses each file of a folder, and looks whether the compressed file beside it has the same content.
COMPRESS = """
const { readdirSync, readFileSync } = require("node:fs");
const { brotliCompressSync, brotliDecompressSync } = require("node:zlib");
const [folder] = process.argv.slice(1);
const names = readdirSync(folder).filter((name) => !name.endsWith(".br"));
console.log(JSON.stringify(Object.fromEntries(names.map((name) => {
  const data = readFileSync(`${folder}/${name}`);
  const sent = brotliDecompressSync(readFileSync(`${folder}/${name}.br`)).equals(data);
  return [name, { compressed: brotliCompressSync(data).length, "sent as it is": sent }];
}))));
"""
#: The colour of the editor's paper.
PAPER = """
() => getComputedStyle(document.querySelector(".editor").shadowRoot.querySelector(".cm-editor")).backgroundColor
"""
#: The share of the pixels of two pictures that differ visibly.
DIFFERENCE = """
async ([first, second]) => {
  const pixels = async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [image.width, image.height, context.getImageData(0, 0, image.width, image.height).data];
  };
  const [one, other] = [await pixels(first), await pixels(second)];
  if (one[0] !== other[0] || one[1] !== other[1]) return 1;
  let apart = 0;
  for (let at = 0; at < one[2].length; at += 4)
    apart += Math.max(...[0, 1, 2].map((part) => Math.abs(one[2][at + part] - other[2][at + part]))) > 48;
  return apart / (one[2].length / 4);
}
"""
#: How much of the picture of the README may differ from what the page looks like here: letters are drawn otherwise elsewhere.
SIMILAR = 0.08
#: Rules with a comment, texts, words and a mistake, so that all colours of the editor are seen.
COLOURED = """\
# Rules of my own
rules:
  thank-you-notes: {off: yes}
  follow-up: {priority: 60, because: "Write to {person.name|them}."}
"""
#: The most bytes of the whole page, compressed.
BAR = 8_000_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="the page's tests need playwright: pip install 'tactful[page]'"
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("the page's tests need Chromium: apt-get install chromium")
    if not (FOLDER / "index.html").exists():
        pytest.skip("the page is not built: make page")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(browser: Any) -> Iterator[str]:
    """Where the page is handed out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tactful", "serve", "--port", str(port), "--no-log"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/health/live")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def shown(browser: Any, address: str) -> Iterator[Shown]:
    """The page, opened once for the tests of a module, 1,280 pixels wide."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, locale="en-GB", timezone_id="America/New_York"
    )
    shown = Shown(context.new_page(), address)
    shown.open()
    yield shown
    context.close()


def _labels(shown: Shown) -> set[str]:
    return set(shown.page.locator("article.card h3 .label").all_inner_texts())


def _wait_for(shown: Shown, expression: str, argument: Any = None) -> None:
    shown.page.wait_for_function(expression, arg=argument, timeout=PATIENCE * 1_000)


def _axe(shown: Shown) -> list[str]:
    """The violations that axe finds, each with a place."""
    result = shown.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result["violations"]]


def test_the_page_is_small(browser: Any) -> None:
    """All files together, compressed here and now, stay under the bar, and each is sent as what it is."""
    if (node := shutil.which("node")) is None:
        pytest.skip("compressing takes Node")
    result = subprocess.run([node, "-e", COMPRESS, str(FOLDER)], capture_output=True, text=True, check=True)
    sizes = json.loads(result.stdout)
    assert {file.name for file in FOLDER.iterdir() if file.suffix != ".br"} == {*sizes}
    assert sum(size["compressed"] for size in sizes.values()) <= BAR
    assert [name for name, size in sizes.items() if not size["sent as it is"]] == []


def test_the_picture_of_the_readme_is_of_this_page(browser: Any, address: str, pytestconfig: pytest.Config) -> None:
    """The README shows the page as it looks when it is opened. ``--update-docs`` takes the picture anew."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, color_scheme="light", locale="en-GB", timezone_id="America/New_York"
    )
    shown = Shown(context.new_page(), address)
    shown.open()
    shown.page.wait_for_selector(".questions fieldset")
    shown.page.wait_for_selector(".chart img")
    shown.page.evaluate("() => document.activeElement.blur()")
    taken = shown.page.screenshot()
    if pytestconfig.getoption("--update-docs"):
        PICTURE.write_bytes(taken)
    blank = context.new_page()  # whose policy lets it draw pictures
    both = [base64.b64encode(picture).decode() for picture in (PICTURE.read_bytes(), taken)]
    assert blank.evaluate(DIFFERENCE, both) <= SIMILAR, (
        "pytest -n0 -m slow tests/page --update-docs takes the picture anew"
    )
    context.close()


def test_the_advice_is_that_of_the_engine(shown: Shown) -> None:
    """The cards have the labels of the decision that Python makes, and nothing is wrong in the console."""
    policy = tactful.load()
    decision = policy.decide(policy.read_text(EXAMPLE.read_bytes(), EXAMPLE.name))
    assert _labels(shown) == {advice.label for advice in decision.actions}
    assert shown.errors == []


def test_nothing_is_sent_after_the_page_is_loaded(shown: Shown) -> None:
    """Facts, reasons, a plan, a calendar, another language: all of it without a request. Before, only GET from one place."""
    assert {request.split("?")[0].split(" ")[0] for request in shown.requests} == {"GET"}
    assert all(request.split(" ")[1].startswith((shown.address, "data:")) for request in shown.requests)
    before = [request for request in shown.requests if " data:" not in request]
    page = shown.page
    page.get_by_role("button", name="Why? Send Dana Ruiz a thank-you note").click()
    page.wait_for_selector(".why .rule")
    page.get_by_role("button", name="Why not call? Lee Park").click()
    page.wait_for_selector(".chart img")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the calendar").click()
    assert "BEGIN:VCALENDAR" in Path(download.value.path()).read_text()
    page.select_option("#language", "de")
    _wait_for(
        shown,
        "() => document.documentElement.lang === 'de'"
        " && document.querySelector('article.card h3 .label').innerText.includes('danken')",
    )
    _wait_for(
        shown, "() => decodeURIComponent(document.querySelector('.chart img').src).includes('Die nächsten Wochen')"
    )
    page.select_option("#language", "en")
    _wait_for(shown, "() => document.querySelector('article.card h3 .label').innerText.includes('thank')")
    assert [request for request in shown.requests if not request.split(" ")[1].startswith(("data:", "blob:"))] == before


def test_what_is_done_is_ticked_off_and_can_be_taken_back(shown: Shown) -> None:
    """Done advice moves to what is set aside, and comes back from there."""
    page = shown.page
    label = "Send Lee Park a thank-you note"
    page.get_by_role("button", name=f"Done: {label}").click()
    _wait_for(
        shown,
        "label => ![...document.querySelectorAll('article.card h3 .label')].some(e => e.innerText === label)",
        label,
    )
    page.locator(".aside-list summary").click()
    page.get_by_role("button", name="Undo").click()
    _wait_for(
        shown,
        "label => [...document.querySelectorAll('article.card h3 .label')].some(e => e.innerText === label)",
        label,
    )


def test_an_answer_to_a_question_changes_the_case(shown: Shown) -> None:
    """A question is answered with a click; the case has the fact, and keeps it over a reload."""
    page = shown.page
    page.wait_for_selector(".questions fieldset button:not([disabled])")
    before = page.evaluate("() => localStorage.tactful")
    page.locator(".questions fieldset button:not([disabled])").first.click()
    _wait_for(shown, "before => localStorage.tactful !== before", before)
    kept = page.evaluate("() => localStorage.tactful")
    page.reload()
    page.wait_for_selector("article.card")
    assert json.loads(page.evaluate("() => localStorage.tactful"))["case"] == json.loads(kept)["case"]


def test_a_later_day_decides_again(shown: Shown) -> None:
    """The slider moves the moment: three weeks later, other advice counts."""
    page = shown.page
    before = _labels(shown)
    page.locator("#days").fill("21")
    _wait_for(
        shown,
        "n => [...document.querySelectorAll('article.card h3 .label')].map(e => e.innerText).sort().join() !== n",
        ",".join(sorted(before)),
    )
    page.locator("#days").fill("0")
    _wait_for(shown, "n => [...document.querySelectorAll('article.card h3 .label')].length === n", len(before))


def test_rules_of_ones_own_are_checked_and_counted(shown: Shown) -> None:
    """An overlay with a mistake is marked as `check` tells it; without, the advice follows, and the difference is shown."""
    page = shown.page
    page.locator("details.own > summary").click()
    page.locator(".cm-content").click()
    page.keyboard.insert_text("rules:\n  thank-you-notes: {off: yes}\n")
    page.wait_for_selector(".cm-lintRange-error")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("rules:\n  thank-you-note: {off: yes}\n")
    page.wait_for_selector(".difference li")
    assert not any("thank-you note" in label for label in _labels(shown))


def test_a_link_holds_the_rules_and_never_overwrites_what_is_there(shown: Shown, browser: Any, address: str) -> None:
    """The link's fragment has the overlay, and not the case. Opening it asks first."""
    page = shown.page
    page.locator("details.share > summary").click()
    link = page.locator("#link").input_value()
    context = browser.new_context()
    other = Shown(context.new_page(), address)
    other.open("#" + link.partition("#")[2])
    assert "thank-you-note" in other.page.locator(".notice pre").inner_text()
    assert "dana" not in other.page.locator(".notice pre").inner_text().lower()
    assert any("thank-you note" in label for label in _labels(other))
    context.close()


def test_an_invitation_is_read_in(shown: Shown) -> None:
    """A file becomes an interview of the case; the changes are reported."""
    invitation = ROOT / "examples" / "invitations" / "interview.ics"
    shown.page.set_input_files("#file", str(invitation))
    shown.page.wait_for_selector(".notice li, .problems li")
    assert shown.page.locator(".problems").count() == 0


def test_forget_everything_forgets(shown: Shown) -> None:
    """After it, neither the case nor the rules are in the browser's store."""
    shown.page.locator("#forget").click()
    _wait_for(shown, "() => !localStorage.tactful.includes('dana')")
    assert json.loads(shown.page.evaluate("() => localStorage.tactful"))["overlay"] == ""


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "dark"), (1280, "light")])
def test_everybody_can_read_it(browser: Any, address: str, width: int, scheme: str) -> None:
    """Narrow and wide, light and dark: axe finds nothing, nothing sticks out, and the keyboard reaches what can be done."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: cd page && npm ci")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, locale="en-GB"
    )
    shown = Shown(context.new_page(), address)
    shown.open()
    page = shown.page
    for summary in ("details.whole", "details.own", "details.list", "details.share"):
        page.locator(f"{summary} > summary").click()
    page.wait_for_selector(".chart img")
    page.locator(".cm-content").click()
    page.keyboard.insert_text(COLOURED)
    page.wait_for_selector(".cm-lintRange-error")
    page.keyboard.press("Escape")
    assert page.evaluate(PAPER) == page.evaluate(
        "() => getComputedStyle(document.querySelector('.card')).backgroundColor"
    )
    page.add_script_tag(path=str(AXE))
    assert _axe(shown) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    if (folder := os.environ.get("SCREENSHOTS")) is not None:
        page.screenshot(path=f"{folder}/{width}-{scheme}.png", full_page=True)
    if width == 1280 and scheme == "light":
        _with_the_keyboard(page)
    context.close()


def _with_the_keyboard(page: Any) -> None:
    """Tick off the first advice with Tab and Enter alone."""
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(400):
        page.keyboard.press("Tab")
        if (page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? ''")).startswith("Done: "):
            break
    name = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert name.startswith("Done: ")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "name => ![...document.querySelectorAll('button')].some(e => e.ariaLabel === name)", arg=name
    )
