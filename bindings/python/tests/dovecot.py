"""Debian's Dovecot for the time of a test, as tests/support/dovecot.cpp has it: loopback, mail of its own, any user."""

from __future__ import annotations

import base64
import getpass
import grp
import hashlib
import hmac
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

PASSWORD = "pass"
KEY = b"what tokens are signed with"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token_for(user: str, *, valid_for: int = 3600) -> str:
    """A JSON web token that Dovecot takes without asking anybody (RFC 7519, HS256)."""

    def base64url(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"sub": user, "iat": now - 10, "exp": now + valid_for}
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signed = ".".join(parts)
    return f"{signed}.{base64url(hmac.digest(KEY, signed.encode(), hashlib.sha256))}"


def make_certificates(folder: pathlib.Path) -> None:
    """ca.pem, and server.pem with server.key for localhost."""

    def openssl(*arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=a test CA")
    openssl("req", "-x509", *new_key, "-keyout", "server.key", "-out", "server.pem", "-subj", "/CN=localhost",
            "-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-addext", "basicConstraints=critical,CA:FALSE")  # fmt: skip


class Dovecot:
    """Users are u1 to u9. They log in with PASSWORD, or with a token of token_for()."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.port = free_port()
        make_certificates(folder)
        self.ca_file = folder / "ca.pem"
        as_root = os.getuid() == 0
        # Dovecot insists on dropping root's rights; as anybody else it can't, and all of it runs as the caller.
        mail = pwd.getpwnam("mail") if as_root else pwd.getpwuid(os.getuid())
        own, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        for name in ("run", "home", "keys/default/HS256"):
            (folder / name).mkdir(parents=True)
        os.chown(folder / "home", mail.pw_uid, mail.pw_gid)
        # Its validator looks for the key of a token that names none under this name.
        (folder / "keys/default/HS256/default").write_bytes(base64.b64encode(KEY))
        (folder / "users").write_text(
            "".join(
                f"u{i}:{{PLAIN}}{PASSWORD}:{mail.pw_uid}:{mail.pw_gid}::{folder}/home/u{i}::\n" for i in range(1, 10)
            )
        )
        (folder / "oauth2.conf").write_text(
            f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
            "username_attribute = sub\n"
        )
        (folder / "dovecot.conf").write_text(
            f"""
            base_dir = {folder}/run
            state_dir = {folder}/run
            log_path = {folder}/dovecot.log
            protocols = imap
            listen = 127.0.0.1
            first_valid_uid = 1
            default_internal_user = {"dovecot" if as_root else own}
            default_internal_group = {"dovecot" if as_root else group}
            default_login_user = {"dovenull" if as_root else own}
            auth_mechanisms = plain login xoauth2 oauthbearer
            auth_failure_delay = 0
            ssl = required
            ssl_cert = <{folder}/server.pem
            ssl_key = <{folder}/server.key
            passdb {{
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = {folder}/oauth2.conf
            }}
            passdb {{
              driver = passwd-file
              mechanisms = plain login
              args = {folder}/users
            }}
            userdb {{
              driver = passwd-file
              args = {folder}/users
            }}
            mail_location = maildir:~/mail
            mail_fsync = never
            service imap-login {{
              {"" if as_root else "chroot ="}
              inet_listener imap {{
                port = 0
              }}
              inet_listener imaps {{
                port = {self.port}
                ssl = yes
              }}
            }}
            service anvil {{
              chroot =
              # No waiting after failures, which it would make longer and longer.
              unix_listener anvil-auth-penalty {{
                mode = 0
              }}
            }}
            namespace inbox {{
              inbox = yes
            }}
            """
        )
        program = shutil.which("dovecot")
        assert program is not None, "dovecot is not installed"
        self.process = subprocess.Popen(
            [program, "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._wait()

    def log(self) -> str:
        return (self.folder / "dovecot.log").read_text(errors="replace")

    def address(self, user: str, folder: str = "SMS") -> str:
        return f"imaps://{user}@localhost:{self.port}/{folder}"

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"dovecot does not start: {self.log()}")

    def stop(self) -> None:
        # Its polite way takes seconds.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
