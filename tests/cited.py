"""What the component that draws answers was given, and pressing its numbers, for tests without a browser."""

import json

from streamlit.testing.v1 import AppTest

__all__ = ["drawn", "press", "read"]


def drawn(page: AppTest) -> dict[str, dict]:
    """The data of each answer and list of sources on the page, by key."""
    return {element.key: json.loads(element.proto.json)[0] for element in page.get("bidi_component")
            if element.proto.component_name == "zhiwen_cited"}


def read(page: AppTest) -> str:
    """Its words as somebody reads them, numbers as [n]."""
    return "\n".join(line for data in drawn(page).values() for line in _lines(data))


def _lines(data: dict) -> list[str]:
    lines = [*filter(None, (data.get("label"), data.get("understood"), data.get("made")))]
    lines += [text for _, text in data.get("chips", [])]
    for block in data.get("blocks", []):
        lines += filter(None, [block["heading"]])
        lines += ["".join(f"[{run['n']}]" if "n" in run else run["text"] for run in line["runs"]) for line in block["lines"]]
    if "blocks" not in data:
        lines += [data["words"]["sources"]]
        lines += [source[name] for source in data["sources"] for name in ("heading", "facts", "quote", "verdict")]
        lines += data["findings"]
    return lines


def press(page: AppTest, key: str, n: int) -> AppTest:
    """As if the number `n` of the answer (or list) with this key had been pressed; AppTest itself knows no components."""
    element = next(element for element in page.get("bidi_component") if element.key == key)
    states = page._tree.get_widget_states()
    state = states.widgets.add()
    state.id = f"$$STREAMLIT_INTERNAL_KEY_{element.proto.id}__events"
    state.json_trigger_value = json.dumps([{"event": "opened", "value": n}])
    return page._run(states)
