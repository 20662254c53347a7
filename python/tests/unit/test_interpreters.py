"""Subinterpreters: the package works in one interpreter of a process, and rejects others."""

import subprocess
import sys
import textwrap

PROGRAM = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

def create(own_gil):
    if sys.version_info >= (3, 13):
        return interpreters.create("isolated" if own_gil else "legacy")
    return interpreters.create(isolated=own_gil)

USE = '''
try:
    from scalekit import ScalekitClient
    from scalekit.common.exceptions import ScalekitValidateTokenFailureException
except ImportError as error:
    print(error, flush=True)
else:
    try:
        client = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
        client.validate_token("not a token")
    except ScalekitValidateTokenFailureException:
        print("used", flush=True)
'''
"""


def output(program: str) -> list[str]:
    """Runs a program, and returns the lines that it prints."""
    command = [sys.executable, "-c", PROGRAM + textwrap.dedent(program)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_one_interpreter_with_a_shared_gil_works():
    # mod_wsgi runs an application in such an interpreter.
    lines = output(
        """
        interpreter = create(own_gil=False)
        interpreters.run_string(interpreter, USE)
        interpreters.run_string(interpreter, USE)
        """
    )
    assert lines == ["used", "used"]


def test_a_second_interpreter_is_rejected():
    first, second, third = output(
        """
        exec(USE)
        interpreters.run_string(create(own_gil=False), USE)
        exec(USE)
        """
    )
    assert first == third == "used"
    assert "another interpreter of this process has loaded scalekit" in second
    assert "WSGIApplicationGroup %{GLOBAL}" in second


def test_the_main_interpreter_is_rejected_after_another_one():
    first, second = output(
        """
        interpreter = create(own_gil=False)
        interpreters.run_string(interpreter, USE)
        interpreters.destroy(interpreter)
        exec(USE)
        """
    )
    assert first == "used"
    assert "another interpreter of this process has loaded scalekit" in second


def test_an_interpreter_with_its_own_gil_is_rejected():
    [line] = output("interpreters.run_string(create(own_gil=True), USE)")
    if sys.version_info >= (3, 12):
        assert line == "module scalekit._native does not support loading in subinterpreters"
    else:
        # All interpreters share the GIL.
        assert line == "used"
