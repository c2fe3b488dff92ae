"""Fonts as a browser computes them: every text of every shape, in one start of Chromium."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mailbot.adapters.page import page_lines
from tests.unit.test_standards import ARIAL, SHAPES, SIGNATURE, VERDANA

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
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
    const text = walker.currentNode.textContent.trim();
    const style = frame.contentWindow.getComputedStyle(walker.currentNode.parentElement);
    if (text) texts.push([text, style.fontFamily, parseFloat(style.fontSize)]);
  }
  out.push(texts); frame.remove();
}
document.body.textContent = 'BEGIN' + btoa(unescape(encodeURIComponent(JSON.stringify(out)))) + 'END';
</script></body>
"""


def ours(page: str) -> list[tuple[str, str, float]]:
    runs = [run for line in page_lines(page).lines for run in line.runs if run.text.strip()]
    return [(run.text.strip(), run.family, run.pixels) for run in runs]


@pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed (Debian: chromium)")
def test_the_effective_font_is_what_a_browser_computes(tmp_path: Path) -> None:
    """Of a hundred pages at least 99 agree in every text, to a hundredth of a pixel."""
    pages = [shape(SIGNATURE, style) for shape in SHAPES for style in STYLES]
    pages += [page.replace("{}", "Ada Finch") for page in PAGES]
    script = json.dumps(pages).replace("</", "<\\/").replace("<!--", "<\\!--")
    file = tmp_path / "all.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{SCRIPT.replace('PAGES', script)}", encoding="utf-8")
    words = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        str(file),
    ]
    said = subprocess.run(words, capture_output=True, text=True, timeout=90, check=True).stdout
    theirs = json.loads(base64.b64decode(said.partition("BEGIN")[2].partition("END")[0]))
    wrong = [page for page, seen in zip(pages, theirs, strict=True) if not same(ours(page), seen)]
    assert len(wrong) <= len(pages) // 100, wrong[0]


def same(mine: list[tuple[str, str, float]], seen: list[list[object]]) -> bool:
    """The same texts in the same fonts."""
    read = [(str(text), str(family).split(",")[0].strip("'\" ").lower(), float(str(size))) for text, family, size in seen]
    return len(mine) == len(read) and all(
        one[:2] == other[:2] and abs(one[2] - other[2]) < 0.01 for one, other in zip(mine, read, strict=True)
    )
