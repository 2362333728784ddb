"""The product's settings with the bare view beside the hooks, so that one server serves both."""

from opsflows import settings

globals().update({name: value for name, value in vars(settings).items() if name.isupper()})
ROOT_URLCONF = "bench.bare"
