"""Cost against size on two logarithmic axes, a panel a quantity, as SVG whose text stays text (extra `eval`)."""

import io
import warnings
from importlib.util import find_spec

from eval.growth import PLOTTED, QUANTITIES, Growth
from kb.errors import ConfigError

__all__ = ["needs", "svg"]

_FONTS = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")


def needs() -> None:
    """Whether it can be drawn is known before hours of measuring.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise ConfigError("画图需要 matplotlib", '请用 uv sync --extra eval（或 pip install "zhiwen[eval]"）安装')


def svg(growth: Growth) -> str:
    """The plot, with machine and date above it; the same run always gives the same text.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    needs()
    import matplotlib
    from matplotlib.figure import Figure

    shown = [quantity for quantity in QUANTITIES if quantity.key in PLOTTED
             and any(growth.values(system, quantity.key) for system in growth.systems)]
    settings = {"svg.fonttype": "none", "svg.hashsalt": "zhiwen", "font.family": "sans-serif", "axes.spines.top": False, "axes.spines.right": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")          # a font without Chinese here only measures the text; the reader's own draws it
        figure = Figure(figsize=(11, 3.4 * -(-len(shown) // 3) + 0.8), layout="constrained")
        for place, quantity in enumerate(shown, start=1):
            axes = figure.add_subplot(-(-len(shown) // 3), min(3, len(shown)), place)
            for colour, system in enumerate(growth.systems):
                if points := growth.values(system, quantity.key):
                    axes.plot(*zip(*points, strict=True), marker="o", markersize=4, color=f"C{colour}", label=system)
            axes.set(xscale="log", yscale="log", title=f"{quantity.name}（{quantity.unit}）", xlabel="段")
            axes.grid(visible=True, which="major", alpha=0.3)
        handles = [figure.axes[0].plot([], [], marker="o", color=f"C{i}", label=system)[0] for i, system in enumerate(growth.systems)]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        figure.suptitle("；".join(f"{f.name} {f.shown}" for f in growth.machine if f.name in ("日期", "处理器", "处理器核数", "zhiwen", "Python")), fontsize=9)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    text = written.getvalue()
    return text.replace("'DejaVu Sans'", ", ".join(f"'{font}'" if " " in font else font for font in _FONTS))
