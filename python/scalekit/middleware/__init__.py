"""Parts of a login without a framework, with the names of ``scalekit-sdk-python``."""
