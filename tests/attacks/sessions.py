"""Writes sessions.json: cookies and return paths that must be accepted or rejected.

The cookies are encrypted here with the package `cryptography`, from the description of the formats
in `core/src/session/key_ring.rs`, so that the cases do not depend on the implementation under test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = Path(__file__).parent / "sessions.json"
SECRET = "the current secret of the tests, 42 letters"
OLD = "the previous secret of the tests, also long"
OTHER = "a secret that the application does not have"
NOW = 1_900_000_000
STATE = "AAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
LOGIN = f"sk_oauth_state.{STATE[:11]}"
Cases = list[dict[str, Any]]


def derive(secret: str, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret.encode())


def fixed(length: int, label: str) -> bytes:
    """Bytes that take the place of random ones, so that the file does not change."""
    return hashlib.sha512(label.encode()).digest()[:length]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def deflate(plain: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(plain) + encoder.flush()


def seal_v1(plain: bytes, secret: str = SECRET) -> str:
    nonce = fixed(12, "nonce")
    key = derive(secret, b"scalekit-session-v1", b"scalekit-encrypted-session")
    return text(b"\x01" + nonce + AESGCM(key).encrypt(nonce, plain, None))


def seal_content(name: str, content: bytes, secret: str = SECRET) -> str:
    salt, nonce = fixed(16, name), fixed(12, name + secret)
    key_id = derive(secret, b"scalekit-cookie-v2", b"key id")[:4]
    key = derive(secret, b"scalekit-cookie-v2", b"key" + salt)
    sealed = AESGCM(key).encrypt(nonce, content, name.encode())
    return text(b"\x02" + key_id + salt + nonce + sealed)


def seal(name: str, plain: bytes, secret: str = SECRET) -> str:
    return seal_content(name, b"\x00" + plain, secret)


def session(**changes: Any) -> bytes:
    fields = {
        "user": {"sub": "usr_1", "oid": "org_1", "exp": NOW + 300},
        "access_token": "access",
        "refresh_token": "refresh",
        "id_token": "id",
        "expires_at": NOW + 300,
    }
    fields.update(changes)
    return json.dumps({k: v for k, v in fields.items() if v is not ...}).encode()


def attempt(**changes: Any) -> bytes:
    fields = {
        "state": STATE,
        "nonce": "n" * 43,
        "code_verifier": "v" * 43,
        "return_path": "/orders",
        "started_at": NOW - 60,
    }
    fields.update(changes)
    return json.dumps({k: v for k, v in fields.items() if v is not ...}).encode()


def changed(value: str, index: int, bit: int = 1) -> str:
    raw = bytearray(data(value))
    raw[index] ^= bit
    return text(bytes(raw))


def session_cases() -> Cases:
    good = seal("sk_session", session())
    v1 = seal_v1(session())
    cases: Cases = []

    def add(name: str, cookies: str, *, user: str | None = None, **expected: Any) -> None:
        if user:
            expected = {"accepted": True, "user": user, "outdated": False} | expected
        else:
            expected = {"accepted": False} | expected
        cases.append({"name": name, "cookies": cookies} | expected)

    one = "sk_session="
    add("valid", one + good, user="usr_1")
    add("compressed", one + seal_content("sk_session", b"\x01" + deflate(session())), user="usr_1")
    add("among other cookies", f"a=1; sk_session2=x; {one}{good}; b=2", user="usr_1")
    add("in double quotes", f'sk_session="{good}"', user="usr_1")
    add("first of two", f"{one}{good}; {one}x", user="usr_1")
    add(
        "without refresh and ID token",
        one + seal("sk_session", session(refresh_token=..., id_token=...)),
        user="usr_1",
    )
    add(
        "with null tokens",
        one + seal("sk_session", session(refresh_token=None, id_token=None)),
        user="usr_1",
    )
    add("old secret", one + seal("sk_session", session(), OLD), user="usr_1", outdated=True)
    add("version 1", one + v1, user="usr_1", outdated=True)
    add("version 1, old secret", one + seal_v1(session(), OLD), user="usr_1", outdated=True)
    add(
        "version 1, expires_at with a fraction",
        one + seal_v1(session(expires_at=NOW + 0.5)),
        user="usr_1",
        outdated=True,
    )
    parts = [good[:80], good[80:160], good[160:240], good[240:]]
    chunks = [f"sk_session.{index}={part}" for index, part in enumerate(parts)]
    add("chunks", "; ".join(chunks), user="usr_1")
    add("chunks in another order of the header", "; ".join(reversed(chunks)), user="usr_1")
    add("chunks beside a broken cookie", f"{one}x; " + "; ".join(chunks), user="usr_1")

    add("no cookie", "", reason="missing")
    add("empty cookie", one, reason="missing")
    add("name in upper case", "SK_SESSION=" + good, reason="missing")
    add("name with a suffix", "sk_session2=" + good, reason="missing")
    add("first chunk missing", "; ".join(chunks[1:]), reason="missing")
    add("second chunk missing", "; ".join([chunks[0], *chunks[2:]]), reason="tampered")
    add("last chunk missing", "; ".join(chunks[:3]), reason="tampered")
    short = text(data(good)[:-3])
    add(
        "last chunk truncated",
        "; ".join([*chunks[:3], f"sk_session.3={short[240:]}"]),
        reason="tampered",
    )
    add(
        "chunks exchanged",
        f"{chunks[0]}; sk_session.1={parts[2]}; sk_session.2={parts[1]}; {chunks[3]}",
        reason="tampered",
    )
    other = seal("sk_session", session(), OLD)
    add(
        "chunk of another session",
        "; ".join([chunks[0], f"sk_session.1={other[80:160]}", *chunks[2:]]),
        reason="tampered",
    )
    add("unknown secret", one + seal("sk_session", session(), OTHER), reason="unknown_key")
    add("version 1, unknown secret", one + seal_v1(session(), OTHER), reason="tampered")
    add("sealed for another name", one + seal("other_session", session()), reason="tampered")
    add("sealed for a login", one + seal(LOGIN, session()), reason="tampered")
    add(
        "login attempt sealed for the session",
        one + seal("sk_session", attempt()),
        reason="content",
    )
    for label, index in {
        "version": 0,
        "key id": 1,
        "salt": 5,
        "nonce": 21,
        "ciphertext": 40,
        "tag": -1,
    }.items():
        reason = {"version": "version", "key id": "unknown_key"}.get(label, "tampered")
        add(f"changed {label}", one + changed(good, index, 4), reason=reason)
    add("version 1, changed nonce", one + changed(v1, 1), reason="tampered")
    add("version 1, changed tag", one + changed(v1, -1), reason="tampered")
    add("version 1 relabeled as 2", one + changed(v1, 0, 3), reason="unknown_key")
    add("version 2 relabeled as 1", one + changed(good, 0, 3), reason="tampered")
    add("version 0", one + changed(v1, 0, 1), reason="version")
    add("version 255", one + text(b"\xff" + data(good)[1:]), reason="version")
    add("truncated ciphertext", one + text(data(good)[:-1]), reason="tampered")
    add("appended byte", one + text(data(good) + b"\x00"), reason="tampered")
    add("only the header", one + text(data(good)[:33]), reason="tampered")
    add("half the header", one + text(data(good)[:20]), reason="malformed")
    add("only the version", one + text(b"\x02"), reason="malformed")
    add("version 1, only the version", one + text(b"\x01"), reason="malformed")
    add("not base64", one + "!" * 40, reason="malformed")
    add("base64 with padding", one + good + "=", reason="malformed")
    add("plain JSON", one + session().decode().replace(";", ""), reason="malformed")
    add("base64 of JSON", one + text(session()), reason="version")
    add("no content", one + seal_content("sk_session", b""), reason="content")
    add(
        "unknown compression",
        one + seal_content("sk_session", b"\x02" + session()),
        reason="content",
    )
    add(
        "broken compression",
        one + seal_content("sk_session", b"\x01\xff\xff\xff"),
        reason="content",
    )
    bomb = deflate(b"x" * 10_000_000)
    add("decompresses to 10 MB", one + seal_content("sk_session", b"\x01" + bomb), reason="content")
    add("content is not JSON", one + seal("sk_session", b"x"), reason="content")
    add("content is a list", one + seal("sk_session", b"[1]"), reason="content")
    add("no access token", one + seal("sk_session", session(access_token=...)), reason="content")
    add(
        "expires_at is text",
        one + seal("sk_session", session(expires_at="never")),
        reason="content",
    )
    add("user is a list", one + seal("sk_session", session(user=[])), reason="content")
    return cases


def login_cases() -> Cases:
    good = seal(LOGIN, attempt())
    cases: Cases = []

    def add(name: str, cookies: str, reason: str | None = None, state: str = STATE) -> None:
        expected = {"accepted": False, "reason": reason} if reason else {"accepted": True}
        cases.append({"name": name, "cookies": cookies, "state": state} | expected)

    one = LOGIN + "="
    add("valid", one + good)
    second = "CCCCCCCCCCC" + STATE[11:]
    other = f"sk_oauth_state.{second[:11]}"
    add("two tabs", f"{other}={seal(other, attempt(state=second))}; {one}{good}")
    add("10 minutes ago", one + seal(LOGIN, attempt(started_at=NOW - 600)))
    add("without return path", one + seal(LOGIN, attempt(return_path=None)))
    add("no cookie", "", "not_started")
    add(
        "cookie of the other tab only",
        f"{other}={seal(other, attempt(state=second))}",
        "not_started",
    )
    add("empty state", one + good, "not_started", "")
    add("short state", one + good, "not_started", STATE[:10])
    add("state is only the id", one + good, "state_mismatch", STATE[:11])
    add("state with the same id", one + good, "state_mismatch", STATE[:11] + "D" * 32)
    add("state with another end", one + good, "state_mismatch", STATE[:-1] + "x")
    add("state with more text", one + good, "state_mismatch", STATE + "B")
    add("state that is not ASCII", one + good, "not_started", "ÄÖÜäöü" * 8)
    add("replayed after 10 minutes", one + seal(LOGIN, attempt(started_at=NOW - 601)), "expired")
    add(
        "cookie of the other tab under this name",
        f"{one}{seal(other, attempt(state=second))}",
        "state_mismatch",
    )
    add("unknown secret", one + seal(LOGIN, attempt(), OTHER), "state_mismatch")
    add("version 1", one + seal_v1(attempt()), "state_mismatch")
    add("sealed for the session", one + seal("sk_session", attempt()), "state_mismatch")
    add("session sealed for the login", one + seal(LOGIN, session()), "state_mismatch")
    add("changed tag", one + changed(good, -1), "state_mismatch")
    add("not base64", one + "x!", "state_mismatch")
    return cases


def return_path_cases() -> Cases:
    accepted = [
        "/",
        "/orders",
        "/orders/7/",
        "/orders?page=2&sort=up#last",
        "/search?next=https://acme.example/a//b",
        "/search?next=%2F%2Fevil.example",
        "/a//b",
        "/caf%C3%A9",
        "/%7Euser",
        "/a/../b",
        "/@evil.example",
        "/evil.example",
    ]
    rejected = [
        "",
        "orders",
        "?page=2",
        "#last",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/orders\\..\\evil",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/orders\r\nSet-Cookie: a=b",
        "/\x00/evil.example",
        "/\x7f",
        "/\x85/evil.example",
        " /orders",
        " //evil.example",
        "\t//evil.example",
        "https://evil.example",
        "HTTPS://evil.example",
        "https:evil.example",
        "http:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/%2Fevil.example",
        "/%2f/evil.example",
        "/%5Cevil.example",
        "/%5c%5cevil.example",
        "/%252Fevil.example",
        "/%255cevil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:%20a=b",
        "/%00",
        "/..//evil.example",
        "/.//evil.example",
        "/a/..//evil.example",
        "/%2e%2e//evil.example",
        "/%2e/%2fevil.example",
        "/\u2028/evil.example",
        "/\u200b/evil.example",
        "/\ufeff/evil.example",
        "/%ff",
        "/" + "a" * 2048,
    ]
    cases = [{"path": path, "accepted": True} for path in accepted]
    return cases + [{"path": path, "accepted": False} for path in rejected]


def content() -> str:
    suite = {
        "secrets": [SECRET, OLD],
        "now": NOW,
        "sessions": session_cases(),
        "logins": login_cases(),
        "return_paths": return_path_cases(),
    }
    return json.dumps(suite, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(content())
