"""Opens a page in a headless Chromium, as a reader would, and says as JSON what is there.

    read_page.py PAGE WIDTHS [PICTURES]

WIDTHS are pixels such as 390,1400; each is looked at in light and dark, and once as paper of A4 in a reader's dark system. PICTURES is
a folder for screenshots and the printed page.
"""

import base64
import json
import pathlib
import sys

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# A4 less the margins that the page asks for.
PAPER_WIDTH = 695

LOOK = """
const isPaper = matchMedia('print').matches;
const text = element => element.textContent.trim();
const name = element => element.tagName + (element.id ? '#' + element.id : '') +
  (element.getAttribute('class') ? '.' + element.getAttribute('class') : '') + ' ' + text(element).slice(0, 40);
const root = document.documentElement;
const wide = [];
for (const element of document.body.querySelectorAll('*')) {
  if (element.closest('.scroll') && !isPaper || element.closest('svg') || !element.clientWidth) continue;
  if (element.scrollWidth > element.clientWidth + 1) wide.push(name(element));
  const box = element.getBoundingClientRect();
  if (box.right > root.clientWidth + 1 || box.left < -1) wide.push('outside: ' + name(element));
}
const cut = [], overlapping = [];
for (const svg of document.querySelectorAll('svg')) {
  const frame = svg.getBoundingClientRect();
  const labels = [...svg.querySelectorAll('text')].map(label => [label, label.getBoundingClientRect()]);
  for (const [label, box] of labels)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      cut.push(svg.getAttribute('aria-label') + ': ' + text(label));
  const straight = labels.filter(([label]) => !label.hasAttribute('transform'));
  for (let i = 0; i < straight.length; i++) for (let j = i + 1; j < straight.length; j++) {
    const [a, b] = [straight[i][1], straight[j][1]];
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
      overlapping.push(svg.getAttribute('aria-label') + ': ' + text(straight[i][0]) + ' / ' + text(straight[j][0]));
  }
}
const style = getComputedStyle(document.body);
return {
  title: document.title,
  heading: text(document.querySelector('h1')),
  sections: [...document.querySelectorAll('section')].map(section => section.id),
  figures: Object.fromEntries([...document.querySelectorAll('[data-figure]')].filter(f => !f.closest('table'))
    .map(f => [f.dataset.figure, [Number(f.dataset.value), text(f)]])),
  metrics: [...document.querySelectorAll('table.metrics tbody tr')].map(row => Object.fromEntries(
    [...row.querySelectorAll('[data-figure]')].map(f => [f.dataset.figure, [Number(f.dataset.value), text(f)]]))),
  refresh: document.querySelector('meta[http-equiv=refresh]')?.content ?? null,
  scripts: document.scripts.length,
  plots: document.querySelectorAll('svg.plot').length,
  titles: document.querySelectorAll('svg title').length,
  broken: [...document.images].filter(image => !image.complete || image.naturalWidth === 0).length,
  pictures: document.images.length,
  scrollWidth: root.scrollWidth, clientWidth: root.clientWidth,
  wide, cut, overlapping,
  colors: [style.backgroundColor, style.color],
};
"""


def main() -> None:
    page = pathlib.Path(sys.argv[1]).resolve(strict=True)
    widths = [int(width) for width in sys.argv[2].split(",")]
    pictures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    views = []
    try:
        for width in widths:
            for scheme in ("light", "dark"):
                driver.execute_cdp_cmd(
                    "Emulation.setDeviceMetricsOverride",
                    {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
                driver.execute_cdp_cmd(
                    "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
                driver.get(page.as_uri())
                view = driver.execute_script(LOOK)
                driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
                opened = driver.execute_script(LOOK)
                view["wide"] += [f"opened: {name}" for name in opened["wide"]]
                view |= {"width": width, "scheme": scheme}
                views.append(view)
                if pictures:
                    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = false)")
                    height = driver.execute_script("return document.documentElement.scrollHeight")
                    shot = driver.execute_cdp_cmd(
                        "Page.captureScreenshot",
                        {"captureBeyondViewport": True, "format": "png",
                         "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
                    (pictures / f"{page.stem}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": PAPER_WIDTH, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        views.append(driver.execute_script(LOOK) | {"width": PAPER_WIDTH, "scheme": "paper"})
        if pictures:
            driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = false)")
            paper = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "paperWidth": 8.27, "paperHeight": 11.69})
            (pictures / f"{page.stem}.pdf").write_bytes(base64.b64decode(paper["data"]))
        requests = []
        for entry in driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                requests.append(message["params"]["request"]["url"])
        console = [entry["message"] for entry in driver.get_log("browser")]
    finally:
        driver.quit()
    outside = sorted({url[:200] for url in requests if not url.startswith(("data:", page.as_uri()))})
    print(json.dumps({"views": views, "console": console, "outside": outside}))


main()
