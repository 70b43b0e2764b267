"""Lists of choices: those of the form, those in files, and the filter of each question that offers them."""

import re
from typing import TYPE_CHECKING, Any

from blueprints.forms.importing import facts
from blueprints.forms.importing.markup import Element, parse
from blueprints.forms.importing.reading import table
from blueprints.forms.importing.report import _
from blueprints.forms.importing.xform import ITEMSET, ITEXT, Spot
from blueprints.forms.register import FILES

if TYPE_CHECKING:
    from blueprints.forms.importing.compiling import Compiler

Json = dict[str, Any]
RANDOMIZE = re.compile(r"\s*randomize\((?P<nodes>.*?)(?:,(?P<seed>[^,\]]*))?\)\s*", re.DOTALL)


def keep(compiler: "Compiler", name: str, instance: Element) -> None:
    """A secondary instance as a list of form.json; one that is read from a file, if that came along."""
    source = instance.get("src")
    if name in compiler.choices:
        return  # its rows came along with the form
    if not source:
        root = instance.children[0] if instance.children else None
        compiler.choices[name] = [_item(compiler, item) for item in (root.children if root else [])]
        return
    file = source.rpartition("/")[2]
    compiler.external[name] = {"file": file}
    if file in compiler.attached:
        compiler.choices[name] = _attached(compiler, file)
    elif file in FILES:
        facts.keep(compiler, name, file, instance)
    else:
        compiler.wanted.append(file)
        compiler.report.warn(
            _("The list “{name}” is read from {file}, which did not come with the form."),
            compiler.at(instance.line),
            name=name,
            file=file,
        )


def _attached(compiler: "Compiler", file: str) -> list[Json]:
    """The rows of a file that came along. Raises ImportRefused for one that cannot be read."""
    data = compiler.attached[file]
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return [_item(compiler, item) for item in parse(data).children]
    columns, rows = table(data, file)
    items: list[Json] = []
    for row in rows:
        found: Json = dict(zip(columns, row, strict=False))
        found["name"] = found.get("name") or found.get("value") or row[0] or "-"
        label = found.pop("label", "")
        items.append({**found, "label": {compiler.language: [label]}} if label else found)
    return items


def _item(compiler: "Compiler", item: Element) -> Json:
    """One choice: every column as a plain text, its label by language."""
    columns = {child.name: child.text.strip() for child in item.children}
    found: Json = dict(columns)
    found["name"] = columns.get("name") or columns.get("value") or next(iter(columns.values()), "") or "-"
    text_id = found.pop("itextId", None)
    label = item.find("label")
    found.pop("label", None)
    if text_id is not None:
        texts, _guidance, media = compiler.itext(text_id, "choice", f"/{compiler.xform.root.name}")
        if texts:
            found["label"] = texts
        if media:
            found["media"] = media
    elif label is not None and label.text.strip():
        found["label"] = {compiler.language: [label.text.strip()]}
    return found


def attach(compiler: "Compiler", spot: Spot, row: Json) -> Json:
    """Give a question its list and its filter; returns what goes into its parameters."""
    control = spot.control
    assert control is not None
    itemset = control.find("itemset")
    if itemset is None and control.get("query"):
        return _from(compiler, spot, row, control.get("query"), "name", "label")
    if itemset is None:
        _inline(compiler, spot, row, control)
        return {}
    value, label = itemset.find("value"), itemset.find("label")
    parameters: Json = {}
    nodes = itemset.get("nodeset")
    shuffled = RANDOMIZE.fullmatch(nodes)
    if shuffled:
        nodes, parameters["randomize"] = shuffled["nodes"], True
        seed = compiler.tree(shuffled["seed"], "set", spot.path) if shuffled["seed"] else None
        if seed is not None:
            parameters["seed"] = seed
    found = _from(
        compiler,
        spot,
        row,
        nodes,
        value.get("ref") if value else "name",
        label.get("ref") if label else "label",
    )
    return {**parameters, **found}


def _from(compiler: "Compiler", spot: Spot, row: Json, nodes: str, value: str, label: str) -> Json:
    """Bind to a list by the nodes that an itemset names."""
    parsed = ITEMSET.fullmatch(nodes)
    if parsed is None:
        return _from_nodes(compiler, spot, row, nodes, value, label)
    name = parsed["list"]
    row["list_name"] = name
    if name not in compiler.choices and name not in compiler.external and spot.control and spot.control.get("query"):
        compiler.external[name] = {"file": "itemsets.csv"}  # the file beside an XForm that has them
    if name not in compiler.choices and name not in compiler.external:
        compiler.report.error(
            _("“{name}”: there is no list “{list}”."), compiler.place(spot.path), name=spot.name, list=name
        )
        compiler.choices[name] = []
    file = compiler.external.get(name, {}).get("file", "")
    if file and name not in compiler.choices and file not in FILES:
        _typed(compiler, spot, row, file)
    if parsed["rest"]:
        predicate = " and ".join(f"({each})" for each in predicates(parsed["rest"]))
        tree = compiler.tree(predicate, "choice_filter", spot.path)
        if tree is not None:
            row["choice_filter"] = tree
    columns: Json = {}
    if value not in ("name", ""):
        columns["value"] = value
    if label not in ("label", "") and not ITEXT.match(label) and "itextId" not in label:
        columns["label"] = label
    if name in compiler.choices and columns:
        return _renamed(compiler, row, name, columns)
    return columns


def _typed(compiler: "Compiler", spot: Spot, row: Json, file: str) -> None:
    """Ask for a text, where there is nothing to choose from."""
    row["type"] = "text"
    row.pop("list_name", None)
    compiler.report.miss(
        _("“{name}”: its choices are in {file}, which did not come with the form; the answer is typed."),
        compiler.place(spot.path),
        name=spot.name,
        file=file,
    )


def _renamed(compiler: "Compiler", row: Json, name: str, columns: Json) -> Json:
    """A list whose names or labels are in columns of other names, written anew under a name of its own."""
    own = "-".join([name, *columns.values()])
    compiler.choices[own] = [
        {
            **item,
            "name": item.get(columns.get("value", "name"), item["name"]),
            **(
                {"label": {compiler.language: [item[columns["label"]]]}}
                if isinstance(item.get(columns.get("label", "")), str)
                else {}
            ),
        }
        for item in compiler.choices[name]
    ]
    row["list_name"] = own
    return {}


def _from_nodes(compiler: "Compiler", spot: Spot, row: Json, nodes: str, value: str, label: str) -> Json:
    """Choices that are earlier answers: the rows of a repeat, of which one column is the value and one the label."""
    path = nodes.partition("[")[0]
    target = compiler.xform.resolved(re.sub(r"^\s*current\(\)/", "", path), spot.path)
    if target not in compiler.xform.places:
        compiler.report.error(
            _("“{name}”: its choices come from {path}, which is not in the form."),
            compiler.place(spot.path),
            name=spot.name,
            path=path.strip(),
        )
    row["type"] = "text"
    compiler.report.miss(
        _("“{name}”: choosing among earlier answers ({path}) is not supported here; the answer is typed."),
        compiler.place(spot.path),
        name=spot.name,
        path=f"{path.strip()}/{value}",
    )
    return {"nodes": target, "value": value, "label": label}


def _inline(compiler: "Compiler", spot: Spot, row: Json, control: Element) -> None:
    """Choices written into the question itself."""
    name, number = spot.name, 2
    while name in compiler.choices:
        name, number = f"{spot.name}-{number}", number + 1
    items: list[Json] = []
    for item in control.all("item"):
        value = item.find("value")
        texts, _guidance, media = compiler.text(item.find("label"), "choice", spot.path)
        choice: Json = {"name": value.text.strip() if value else ""}
        if texts:
            choice["label"] = texts
        if media:
            choice["media"] = media
        items.append(choice)
    if not items:
        compiler.report.error(_("“{name}” has no choices."), compiler.place(spot.path), name=spot.name)
    compiler.choices[name] = items
    row["list_name"] = name


def predicates(text: str) -> list[str]:
    """What stands in the outermost brackets of "[…][…]"."""
    found, depth, start, quote = [], 0, 0, ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "[":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif char == "]":
            depth -= 1
            if depth == 0:
                found.append(text[start:at].strip())
    return [each for each in found if each]
