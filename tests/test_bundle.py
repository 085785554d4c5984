"""What a frame's script and style sheet are made of: nothing is lost that means something."""
from __future__ import annotations

import re

import pytest

from server import bundle, create_app
from server.assets import FOLDER, FRAME_LEAFLET, FRAME_SCRIPT, UNUSED_CLASSES
from server.vendor import checked, folder

MODULES = {
    "a": 'import { b, c as d } from "./b.js";\n\n/** One. */\nexport function a() {\n  return b + d; // sum\n}\n',
    "b": 'export const b = 1;\nexport const c = "x // no comment  ";\n',
}


def test_modules_become_one_script_in_which_each_keeps_its_names_to_itself() -> None:
    assert bundle.script("a", MODULES).strip() == (
        'const $b=(()=>{const b=1;const c="x // no comment  ";return{b,c}})();'
        "const{b,c:d}=$b;function a(){return b+d;}"
    )


@pytest.mark.parametrize("code, lean", [
    ("a + +b", "a+ +b"), ("a - -b", "a- -b"), ("return x", "return x"), ("x in y", "x in y"),
    ("a = b\n(c)", "a=b\n(c)"),
    ("f(`a ${b ? ` c ${d}` : ''} // e`) ;", "f(`a ${b ? ` c ${d}` : ''} // e`);"),
    ("const x = /[/] \"/.exec(y)", "const x=/[/] \"/.exec(y)"), ("a / b / c", "a/b/c"), ("'it\\'s  '", "'it\\'s  '"),
    ("/* a */ b // c\nd", "b\nd"), ("url = 'http://x'", "url='http://x'"),
])
def test_only_blanks_and_comments_go(code: str, lean: str) -> None:
    assert bundle.lean(code).strip() == lean


def test_every_text_of_the_modules_is_still_in_the_bundle() -> None:
    """Texts, templates and patterns come through untouched: what readers see is there, letter by letter."""
    modules = {path.stem: path.read_text() for path in (FOLDER / "js").glob("*.js")}
    script = bundle.script("embed", modules)
    for name in ("legend", "labels", "atlas", "slider"):
        code = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", modules[name], flags=re.DOTALL)
        for text in re.findall(r'"(?:[^"\\\n]|\\.)*"', re.sub(r"(?m)^import .*$", "", code)):
            assert text in script, (name, text)


def test_a_module_that_is_asked_for_later_stays_outside() -> None:
    modules = {"a": 'const later = () => import("./b.js");\n', "b": "export const b = 1;\n"}
    assert bundle.reached("a", modules) == ["a", "b"]
    assert bundle.reached("a", modules, at_once=True) == ["a"]
    assert bundle.script("a", modules) == 'const later=()=>import("./b.js");'


@pytest.mark.parametrize("marker", ["missing", "x:1"])
def test_a_marker_that_is_not_there_once_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match=re.escape(marker)):
        bundle.emptied("a=B.extend({x:1});b=B.extend({x:1});", [marker])


def test_leaflet_loses_only_the_marked_classes() -> None:
    app = create_app({})
    with app.app_context():
        whole = checked("leaflet.js", folder()).decode()
    lean = app.test_client().get(f"/assets/x/{FRAME_LEAFLET}").text
    emptied = [text.count(".extend({})") + text.count(".include({})") for text in (lean, whole)]
    assert emptied[0] - emptied[1] == len(UNUSED_CLASSES)
    assert 10_000 < len(whole) - len(lean) < 25_000
    assert app.test_client().get(f"/assets/x/{FRAME_SCRIPT}").status_code == 200
