"""CA certificates: by option, by environment variable, and on a machine without a CA bundle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import BINARY

from scalekit.testing import Emulator

VARIABLES = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
UNTRUSTED = (
    "ScalekitServiceUnavailableException: no service token: no secure connection: the server's certificate "
    "is not from a trusted CA; add the CA with the option ca_certificates or with one of the variables "
    "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH, SSL_CERT_FILE, SSL_CERT_DIR"
)

# Calls the emulator with the CA in the argument, if any. Prints "called" or the exception.
CALL = """
import sys
from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitException
ca = sys.argv[1] if len(sys.argv) > 1 else None
try:
    ScalekitClient.from_env(ca_certificates=ca).organization.list_organizations(page_size=1)
    print("called")
except ScalekitException as error:
    print(f"{type(error).__name__}: {error.message}")
"""

# Runs a command with all folders of CA certificates of the system replaced by empty ones.
WITHOUT_CA_BUNDLE = """
for folder in /etc/ssl /etc/pki /etc/ca-certificates /etc/security/certificates /opt/etc/ssl \
    /usr/lib/ssl /usr/local/share/ca-certificates /usr/local/ssl /usr/share/ca-certificates; do
  if [ -d "$folder" ]; then mount -t tmpfs tmpfs "$folder" || exit 1; fi
done
exec "$@"
"""


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ca") / "ca.pem"


@pytest.fixture(scope="module")
def tls_emulator(ca: Path) -> Iterator[Emulator]:
    with Emulator(binary=BINARY, tls_new_ca=ca) as emulator:
        yield emulator


def call(
    emulator: Emulator,
    *arguments: str | Path,
    prefix: tuple[str, ...] = (),
    **variables: str | Path,
) -> str:
    """Makes a call in a process with only these CA variables. Returns the output of `CALL`."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [*prefix, sys.executable, "-c", CALL, *arguments],
        env={**environment, **emulator.environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_clients_of_an_https_emulator_trust_it(tls_emulator: Emulator) -> None:
    assert tls_emulator.url.startswith("https://127.0.0.1:")
    with tls_emulator.client() as client:
        client.organization.list_organizations(page_size=1)
    assert [
        request["status"] for request in tls_emulator.requests(path="/api/v1/organizations")
    ] == [200]


def test_a_ca_is_trusted_by_option(tls_emulator: Emulator, ca: Path) -> None:
    assert call(tls_emulator) == UNTRUSTED
    assert call(tls_emulator, ca) == "called"


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_ca_is_trusted_by_variable(tls_emulator: Emulator, ca: Path, variable: str) -> None:
    path = ca.parent if variable == "SSL_CERT_DIR" else ca
    assert call(tls_emulator, **{variable: path}) == "called"


def test_a_variable_of_requests_may_name_a_directory(tls_emulator: Emulator, ca: Path) -> None:
    assert call(tls_emulator, REQUESTS_CA_BUNDLE=ca.parent) == "called"


def test_variables_and_the_option_add_up(tls_emulator: Emulator, ca: Path, tmp_path: Path) -> None:
    with Emulator(binary=BINARY, tls_new_ca=tmp_path / "other.pem") as other:
        for emulator in (tls_emulator, other):
            assert call(emulator, tmp_path / "other.pem", SSL_CERT_FILE=ca) == "called"


def test_an_unreadable_file_is_named_if_a_certificate_is_not_trusted(
    tls_emulator: Emulator, ca: Path
) -> None:
    reason = (
        "failed to read PEM from file: No such file or directory (os error 2) at '/nowhere/ca.pem'"
    )
    assert call(tls_emulator, REQUESTS_CA_BUNDLE="/nowhere/ca.pem") == (
        f"{UNTRUSTED}; REQUESTS_CA_BUNDLE=/nowhere/ca.pem is ignored: {reason}"
    )
    assert call(tls_emulator, ca, REQUESTS_CA_BUNDLE="/nowhere/ca.pem") == "called"


@pytest.fixture(scope="module")
def without_ca_bundle() -> tuple[str, ...]:
    """The prefix of a command that runs it without a CA bundle, as in a small container."""
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    prefix = ("unshare", *user, "--mount", "sh", "-c", WITHOUT_CA_BUNDLE, "sh")
    listed = subprocess.run([*prefix, "ls", "-A", "/etc/ssl"], capture_output=True, text=True)
    assert (listed.returncode, listed.stdout) == (0, ""), (
        "this test hides the CA bundle of the machine in a mount namespace (unshare of util-linux); "
        f"run it as root, or permit user namespaces: {listed.stderr}"
    )
    return prefix


linux = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems have no folders of CA certificates"
)


@linux
def test_without_a_ca_bundle_a_given_ca_is_trusted(
    tls_emulator: Emulator, ca: Path, without_ca_bundle: tuple[str, ...]
) -> None:
    assert call(tls_emulator, ca, prefix=without_ca_bundle) == "called"
    assert call(tls_emulator, prefix=without_ca_bundle, SSL_CERT_FILE=ca) == "called"


@linux
def test_without_a_ca_bundle_a_call_fails_with_the_documented_exception(
    tls_emulator: Emulator, without_ca_bundle: tuple[str, ...]
) -> None:
    assert call(tls_emulator, prefix=without_ca_bundle) == UNTRUSTED


@linux
def test_variables_that_name_a_missing_bundle_change_nothing(
    tls_emulator: Emulator, ca: Path, without_ca_bundle: tuple[str, ...]
) -> None:
    missing = "/etc/ssl/certs/ca-certificates.crt"
    message = call(
        tls_emulator, prefix=without_ca_bundle, SSL_CERT_FILE=missing, REQUESTS_CA_BUNDLE=missing
    )
    assert message.startswith(f"{UNTRUSTED}; REQUESTS_CA_BUNDLE={missing} is ignored: ")
    assert f"; SSL_CERT_FILE={missing} is ignored: " in message
    assert call(tls_emulator, ca, prefix=without_ca_bundle, SSL_CERT_FILE=missing) == "called"
