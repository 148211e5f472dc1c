"""Uses the installed wheel, and checks which libraries that loaded: its own, and what every Linux has (PEP 600)."""

# ruff: noqa: E402, F401
import bz2  # these bring libraries of Python's own, which the next lines leave out of account
import lzma
import pathlib
import subprocess
import sys
import tempfile
import zlib


def loaded_libraries() -> set[str]:
    return {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}


pythons = loaded_libraries()

import smsbackup

# What auditwheel's manylinux policies leave to the system.
EVERYWHERE = ("ld-linux", "libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libutil.so", "libresolv.so",
              "libstdc++.so", "libgcc_s.so", "libz.so")

samples = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    archive = pathlib.Path(folder, "archive")
    report = smsbackup.transfer(sorted(samples.glob("*.xml")), archive)
    assert report.complete and report.total.written == 57, report
    assert smsbackup.transfer(sorted(samples.glob("*.xml")), archive).total.duplicate == 57
    command = pathlib.Path(sys.executable).parent / "smsbackup"
    subprocess.run([command, "verify", *samples.glob("sms*.xml"), archive], check=True, stdout=subprocess.DEVNULL)
imap = smsbackup.ImapOptions(password="x", retry_for=0)
try:
    list(smsbackup.open("imaps://me@127.0.0.1:9/SMS", imap=imap))
except smsbackup.ConnectionFailed as error:
    assert error.code == "connection_refused", error

package = pathlib.Path(smsbackup.__file__).parents[1]
loaded = loaded_libraries() - pythons
ours = sorted(library for library in loaded if package in pathlib.Path(library).parents)
foreign = sorted(
    library
    for library in loaded.difference(ours)
    if "lib-dynload" not in library and not pathlib.Path(library).name.startswith(EVERYWHERE)
)
assert ours and not foreign, f"the wheel needs what is outside of it: {foreign}"
print("self-contained:", len(ours), "libraries of its own")
