"""Colours and type of the pages, as Streamlit's options; `.streamlit/config.toml` says the same (a test keeps them equal)."""

from collections.abc import Mapping

__all__ = ["THEME"]

_FONT = "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, sans-serif"

THEME: Mapping[str, str | bool | int] = {
    "theme.font": _FONT,
    "theme.headingFont": _FONT,
    "theme.headingFontSizes": '["2rem", "1.4rem", "1.15rem"]',      # of h1 to h3; one value alone would be that of all six
    "theme.baseRadius": "0.6rem",
    "theme.light.yellowBackgroundColor": "#ffeb99",     # the marker pen in an opened source
    "theme.dark.yellowBackgroundColor": "#5c4d00",
    "theme.light.primaryColor": "#14548c",
    "theme.light.backgroundColor": "#fcfbf8",
    "theme.light.secondaryBackgroundColor": "#f1efe8",
    "theme.light.textColor": "#1d2430",
    "theme.light.linkColor": "#14548c",
    "theme.light.borderColor": "#dcd8cc",
    "theme.dark.primaryColor": "#7db8ee",
    "theme.dark.backgroundColor": "#14181f",
    "theme.dark.secondaryBackgroundColor": "#1f2630",
    "theme.dark.textColor": "#e7e9ec",
    "theme.dark.linkColor": "#7db8ee",
    "theme.dark.borderColor": "#39424f",
}
