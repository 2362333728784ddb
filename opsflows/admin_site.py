"""The admin's look and its sidebar, in the order an event takes."""

UNFOLD: dict[str, object] = {"SITE_TITLE": "OpsFlows", "SITE_HEADER": "OpsFlows"}
