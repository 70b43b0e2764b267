"""Makes the sprite static/icons.svg: the icons of Lucide that pages use, and our own faces and logo.

`python -m tools.vendor` calls it with Lucide's folder. Fill, stroke and colour are inherited from the page (static/css/ui.css),
so that one symbol serves every tone and both colour schemes.
"""

import re
from pathlib import Path

LUCIDE = """
archive archive-restore arrow-left arrow-right ban calendar-days calendar-plus camera check chevron-down chevron-left
chevron-right circle-alert circle-check circle-play circle-user-round clipboard-check clipboard-list clock cloud-off
corner-down-right dog download eye file-text flag folder-open globe hard-drive-download history hourglass house image inbox
info key-round list-checks loader-circle lock log-in log-out mail map-pin message-circle message-square-text navigation network
notebook-pen pencil phone phone-incoming plus printer refresh-cw repeat search send settings shield-check
signature smartphone smile square square-pen sun tablet trash-2 triangle-alert undo-2 upload user-check user-plus
users volume-2 wifi-off x
""".split()

DOT = '<circle cx="{x}" cy="9.6" r="1.15" fill="currentColor" stroke="none"/>'
EYES = DOT.format(x=8.7) + DOT.format(x=15.3)
RING = '<circle cx="12" cy="12" r="10.5"/>'

OWN = {
    "face-1": RING + EYES + '<path d="M7.6 17.2c1.2-2.2 2.7-3.3 4.4-3.3s3.2 1.1 4.4 3.3M6.3 7.7l2.4-1.2M17.7 7.7l-2.4-1.2"/>',
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
