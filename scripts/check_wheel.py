"""Uses the installed wheel, and checks which libraries that loaded: its own, and what every Linux has (PEP 600)."""

import pathlib
import subprocess
import sys
import tempfile

import smsbackup

EVERYWHERE = ("ld-linux", "libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libutil.so", "libresolv.so",
              "libstdc++.so", "libgcc_s.so")

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
loaded = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
foreign = []
for library in sorted(loaded):
    path = pathlib.Path(library)
    ours = package in path.parents
    pythons = "lib-dynload" in library or path.name.startswith("libpython")
    if not ours and not pythons and not path.name.startswith(EVERYWHERE):
        foreign.append(library)
assert not foreign, f"the wheel needs what is outside of it: {foreign}"
print("self-contained:", len([path for path in loaded if str(package) in path]), "libraries of its own")
