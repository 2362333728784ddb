"""One file per vendor, named after the preset it holds; `connectors.registry` finds them."""
