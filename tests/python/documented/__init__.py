"""The examples of the documented Python API, one test each, against an emulator that knows their ids."""
