"""What a form reads of our register: bound where the register knows it, said where it does not."""

from typing import TYPE_CHECKING, Any

from blueprints.forms.importing.markup import Element
from blueprints.forms.importing.report import Place, _
from blueprints.forms.importing.xform import Spot
from blueprints.forms.register import FILES, KEYS, SUMMARY, fact, input_fact, read_as_rows

if TYPE_CHECKING:
    from blueprints.forms.importing.compiling import Compiler

Json = dict[str, Any]
CLIENTS = "clients"


def keep(compiler: "Compiler", name: str, file: str, instance: Element) -> None:
    """A list that is read from a file which our register has."""
    what = _("The list “{name}” ({file}) is our register: of the clients whom one may open, those that the form needs.")
    if FILES[file] == "last":
        what = _("What was answered the last time ({name}) is read from the last visit of the same client.")
    compiler.report.warn(what, compiler.at(instance.line), name=name, file=file)


def bound(compiler: "Compiler", tree: Any, place: Place, path: str) -> Any:
    """An expression that reads the register, as one that reads a list of ours; any other as it is."""
    name = path.rpartition("/")[2]
    tree, document = read_as_rows(tree)
    if document:
        compiler.external.setdefault(document, {"file": SUMMARY if document == SUMMARY else "last-saved"})
    column = tree[2].rpartition("/")[2] if document else ""
    if document == SUMMARY:
        _said(compiler, column, place, name)
    if isinstance(tree, list) and tree[:2] == ["f", "pulldata"] and len(tree) == 6 and tree[2][0] == "s":
        file = compiler.external.get(tree[2][1], {}).get("file")
        if FILES.get(file) == "clients":
            for each in (each[1] for each in tree[3:5] if isinstance(each, list) and each[0] == "s"):
                _said(compiler, each, place, name, (*KEYS, "label"))
    return tree


def _said(compiler: "Compiler", column: str, place: Place, name: str, known: tuple[str, ...] = ()) -> None:
    if column not in known and not fact(column):
        what = _("“{name}” reads “{column}”, which our register does not know; it is empty.")
        compiler.report.warn(what, place, name=name, column=column)


def context(compiler: "Compiler") -> list[str]:
    """The paths that our register fills: the inputs of a CHT form, with all below them."""
    base = f"/{compiler.xform.root.name}/inputs"
    inputs = compiler.xform.places.get(base)
    if inputs is None or (compiler.dialect != "cht" and f"{base}/contact" not in compiler.xform.places):
        return []
    for spot in inputs.below():
        if not spot.children and not input_fact(spot.path.removeprefix(f"{base}/")):
            what = _(
                "“{name}” is one of the inputs, and our register does not know it; it stays empty and is not asked."
            )
            compiler.report.warn(what, compiler.place(spot.path), name=spot.name)
    return [spot.path for spot in inputs.below()]


def contact(compiler: "Compiler", spot: Spot, row: Json) -> None:
    """A person to be chosen, outside the inputs: one of the clients of whoever fills the form; what stands beside it
    under a name that the register knows is filled by that choice."""
    within = f"/{compiler.xform.root.name}/inputs"
    chosen = [row for row in row["children"] if _is_person(row)]
    if not chosen or f"{spot.path}/".startswith(f"{within}/"):
        return
    compiler.external.setdefault(CLIENTS, {"file": "clients.csv"})
    for each in chosen:
        each.update(type="select_one", list_name=CLIENTS)
    for each in row["children"]:
        column = fact(each["name"])
        if column and each["type"] in ("text", "hidden", "calculate") and "calculation" not in each:
            key = ["p", f"../{chosen[0]['name']}"]
            each["calculation"] = ["f", "pulldata", ["s", CLIENTS], ["s", column], ["s", "name"], key]


def _is_person(row: Json) -> bool:
    look = row.get("appearance", "").split()
    return row["type"] == "text" and "select-contact" in look and bool({"db-person", "type-person"}.intersection(look))
