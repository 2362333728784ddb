"""The admin as all rooms share it: its look, its sidebar, and what lists, pages, forms and acts have in common.

This module holds what the settings need and imports no model.
"""

from django.http import HttpRequest
from django.urls import reverse_lazy

#: The one accent colour, from its lightest shade to its darkest.
_ACCENT = {
    "50": "oklch(96.2% .018 272.314)",
    "100": "oklch(93% .034 272.788)",
    "200": "oklch(87% .065 274.039)",
    "300": "oklch(78.5% .115 274.713)",
    "400": "oklch(67.3% .182 276.935)",
    "500": "oklch(58.5% .233 277.117)",
    "600": "oklch(51.1% .262 276.966)",
    "700": "oklch(45.7% .24 277.023)",
    "800": "oklch(39.8% .195 277.366)",
    "900": "oklch(35.9% .144 278.697)",
    "950": "oklch(25.7% .09 281.288)",
}


def _style(request: HttpRequest) -> str:
    return _static("opsflows/admin.css")


def _script(request: HttpRequest) -> str:
    return _static("opsflows/admin.js")


def _keys(request: HttpRequest) -> str:
    return _static("opsflows/keys.js")


def _icon(request: HttpRequest) -> str:
    return _static("opsflows/icon.svg")


def _static(path: str) -> str:
    from django.templatetags.static import static

    return static(path)


UNFOLD: dict[str, object] = {
    "SITE_TITLE": "OpsFlows",
    "SITE_HEADER": "OpsFlows",
    "SITE_SUBHEADER": "opsflows.admin_site.sidebar.account_name",
    "SITE_SYMBOL": "account_tree",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    # The root of the site leads back to here.
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": _ACCENT},
    "STYLES": [_style],
    "SCRIPTS": [_script, _keys],
    "DASHBOARD_CALLBACK": "opsflows.admin_site.home.home",
    "ACCOUNT": {
        "navigation": [
            {"title": "Switch account", "link": reverse_lazy("admin:accounts_platformaccount_choose")},
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SIDEBAR": {"navigation": "opsflows.admin_site.sidebar.navigation"},
}
