"""Fonts as a browser computes them: every word of every shape and of every sample, in one start of Chromium."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.adapters.page import page_lines
from mailbot.adapters.parser import page_of
from mailbot.core.standard.mail import UNKNOWN
from tests.invented import ROOT
from tests.unit.test_standards import ARIAL, SHAPES, SIGNATURE, VERDANA

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLES = sorted((ROOT / "tests" / "staff_mail").rglob("*.eml"))
STYLES = (
    'style="font-size:75%;font-family:inherit"', 'style="font:inherit;font-size:0.75pc"',
    VERDANA, ARIAL, 'style="font:13px Verdana"', 'style="font-size:80%"', 'style="font-size:small;font-family:Tahoma"',
    'style="font-size:1.2em"', 'style="font-size:0.83rem;font-family:\'Segoe UI\',Arial"', 'style="font-size:smaller"',
    'style="font-size:13;font-family:Verdana, Geneva"', 'style="font-family:Verdana;font-size:ten"', "",
    'style="font-size:x-large;mso-ansi-font-size:10.0pt"', 'style="font:italic bold 9pt/12pt \'Gill Sans MT\'"',
)  # fmt: skip
PAGES = (
    "<!DOCTYPE html><style>body{font:10pt Georgia}td{font-size:9pt}</style><table><tr><td>{}</td></tr></table>",
    "<body style='font:10pt Verdana'><table><tr><td>{}</td></tr></table></body>",
    "<style>p{font-size:9pt!important} #a.b{font-size:12pt} p.b{font-size:8pt}</style><p class=b id=a>{}</p>",
    "<style>@media print{p{font-size:30pt}}@media screen{p{font-size:14px}}p:first-child{font-family:Verdana}</style><p>{}</p>",
    "<font size='+1' face='Arial, Verdana'>a<font size=2>{}</font></font>", "<font size=7>{}</font>",
    "<font face='\"Verdana\"'>{}</font>",
    "<pre>{}</pre>", "<h2>{}</h2>", "<p>a<small>{}</small></p>", "<code style='font-size:2em'>{}</code>", "<b><p>{}</b></p>",
    "<div style='font-size:20px'><div style='font-size:50%'><span style='font-size:150%'>{}</span></div></div>",
)  # fmt: skip
SCRIPT = """
<body><script>
const out = [];
for (const html of PAGES) {
  const frame = document.createElement('iframe');
  document.body.appendChild(frame);
  const inner = frame.contentDocument;
  inner.open(); inner.write(html); inner.close();
  const walker = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), holder = walker.currentNode.parentElement;
    const style = frame.contentWindow.getComputedStyle(holder);
    const shown = holder.checkVisibility({opacityProperty: true, visibilityProperty: true});
    if (text && shown) texts.push([text, style.fontFamily, parseFloat(style.fontSize)]);
  }
  out.push(texts); frame.remove();
}
document.body.textContent = 'BEGIN' + btoa(unescape(encodeURIComponent(JSON.stringify(out)))) + 'END';
</script></body>
"""

Word = tuple[str, str, float]


def ours(page: str) -> list[Word]:
    runs = (run for line in page_lines(page).lines for run in line.runs)
    return [(word, run.family, run.pixels) for run in runs for word in run.text.split()]


def theirs(pages: list[str], folder: Path) -> list[list[Word]]:
    """Every word of every page that is seen, as Chromium computes its font."""
    script = json.dumps(pages).replace("</", "<\\/").replace("<!--", "<\\!--")
    file = folder / "all.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{SCRIPT.replace('PAGES', script)}", encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    said = subprocess.run([str(BROWSER), *flags, str(file)], capture_output=True, text=True, timeout=120, check=True).stdout
    found = json.loads(base64.b64decode(said.partition("BEGIN")[2].partition("END")[0]))
    return [list(_words(texts)) for texts in found]


def _words(texts: list[list[object]]) -> Iterator[Word]:
    for text, families, size in texts:
        family = str(families).split(",")[0].strip("'\" ").lower()
        yield from ((word, family, float(str(size))) for word in str(text).split())


def same(mine: list[Word], seen: list[Word]) -> bool:
    """The same words in the same fonts, to a hundredth of a pixel; what is not known here is not said either."""
    return len(mine) == len(seen) and all(
        one[:2] == other[:2] and (one[2] == UNKNOWN or abs(one[2] - other[2]) < 0.01)
        for one, other in zip(mine, seen, strict=True)
    )


@pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed (Debian: chromium)")
def test_the_effective_font_is_what_a_browser_computes(tmp_path: Path) -> None:
    """J6: of all shapes and all samples with a page at least 99 in a hundred agree in every word that is seen."""
    pages = [shape(SIGNATURE, style) for shape in SHAPES for style in STYLES]
    pages += [page.replace("{}", "Ada Finch") for page in PAGES]
    pages += [page for sample in SAMPLES if (page := page_of(sample.read_bytes()))]
    seen = theirs(pages, tmp_path)
    wrong = [page for page, words in zip(pages, seen, strict=True) if not same(ours(page), words)]
    assert len(pages) > 200
    assert len(wrong) <= len(pages) // 100, wrong[0]
