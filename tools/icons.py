"""Makes the sprite static/icons.svg: the icons of Lucide that pages use, and our own faces and logo.

Lucide's names stand in tools/icons.txt; `python -m tools.vendor` calls `sprite` with Lucide's folder. Fill, stroke and
colour are inherited from the page (static/css/ui.css), so that one symbol serves every tone and both colour schemes.

`python -m tools.icons` draws the icons of the installed app from the same logo into static/img/ (needs Chromium).
"""

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

IMG = Path(__file__).parent.parent / "static" / "img"
CHROMIUM = "/usr/bin/chromium"
BRAND, ACCENT, WHITE = "#0e5a5a", "#d9772b", "#ffffff"

LUCIDE = Path(__file__).with_name("icons.txt").read_text().split()

DOT = '<circle cx="{x}" cy="9.6" r="1.15" fill="currentColor" stroke="none"/>'
EYES = DOT.format(x=8.7) + DOT.format(x=15.3)
RING = '<circle cx="12" cy="12" r="10.5"/>'

OWN = {
    "face-1": RING
    + EYES
    + '<path d="M7.6 17.2c1.2-2.2 2.7-3.3 4.4-3.3s3.2 1.1 4.4 3.3M6.3 7.7l2.4-1.2M17.7 7.7l-2.4-1.2"/>',
    "face-2": RING + EYES + '<path d="M7.8 16.3c1.3-1.2 2.7-1.8 4.2-1.8s2.9.6 4.2 1.8"/>',
    "face-3": RING + EYES + '<path d="M7.8 15.3h8.4"/>',
    "face-4": RING + EYES + '<path d="M7.8 14.4c1.2 1.4 2.6 2.1 4.2 2.1s3-.7 4.2-2.1"/>',
    "face-5": RING + EYES + '<path d="M6.8 13.5h10.4c-.6 3-2.3 4.7-5.2 4.7s-4.6-1.7-5.2-4.7z"/>',
}

# The logo inherits: colour of the square from `color`, of the loop from `stroke`, of the dot from `fill`.
LOOP = "M8 20.5C8.4 13.8 12 10 16.6 10c4.2 0 7.5 2.7 7.5 6.4 0 3.5-2.5 5.6-5.9 5.6-3.3 0-5.6-2-5.7-4.7"
LOGO = (
    '<rect width="32" height="32" rx="8.5" fill="currentColor" stroke="none"/>'
    f'<path d="{LOOP}" fill="none" stroke-width="2.6" stroke-linecap="round"/>'
    '<circle cx="8" cy="21.5" r="2.7" stroke-width="1"/>'
)


def drawing(svg: str) -> str:
    """What is inside the <svg> of a Lucide file, in one line."""
    inside = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    inside = re.sub(r"^\s*<svg[^>]*>|</svg>\s*$", "", inside, flags=re.S)
    return re.sub(r"\s+", " ", inside).replace(" />", "/>").replace("> <", "><").strip()


def sprite(lucide: Path) -> str:
    """The whole sprite; `lucide` is the folder with one file for each icon."""
    parts = {name: drawing((lucide / f"{name}.svg").read_text()) for name in LUCIDE} | OWN
    symbols = [f'<symbol id="{name}" viewBox="0 0 24 24">{shape}</symbol>' for name, shape in sorted(parts.items())]
    symbols.append(f'<symbol id="logo" viewBox="0 0 32 32">{LOGO}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def app_icon(square: bool, scale: float = 1.0) -> str:
    """The logo as a file of its own. square: the colour fills the corners, for systems that cut their own shape."""
    shape = LOGO.replace('rx="8.5" ', "") if square else LOGO
    rect, rest = shape.split("/>", 1)
    middle = 16 * (1 - scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" color="{BRAND}" stroke="{WHITE}" fill="{ACCENT}">'
        f'{rect}/><g transform="translate({middle:g} {middle:g}) scale({scale:g})">{rest}</g></svg>\n'
    )


def main() -> None:
    """Writes favicon.svg and the PNG files that manifest and iPhone ask for."""
    IMG.mkdir(exist_ok=True)
    (IMG / "favicon.svg").write_text(app_icon(square=False))
    files = {
        "icon-192.png": (192, app_icon(square=False)),
        "icon-512.png": (512, app_icon(square=False)),
        "icon-maskable-512.png": (512, app_icon(square=True, scale=0.78)),
        "apple-touch-icon.png": (180, app_icon(square=True, scale=0.9)),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (size, svg) in files.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}svg{{display:block;width:{size}px}}</style>{svg}")
            page.screenshot(path=IMG / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
