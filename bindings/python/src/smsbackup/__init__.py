"""Backs up and restores SMS, MMS and call logs: archives as plain Python.

>>> import smsbackup
>>> for record in smsbackup.open("calls.xml").read(types="call", newest=1):
...     print(record.datetime, record.duration, "seconds")
2024-02-02 21:10:05.005000+00:00 0 seconds
>>> smsbackup.transfer("sms.xml", "maildir:archive").complete
True

Records are immutable and typed (`Sms`, `Mms`, `Call`); what can't be read is a `Problem` beside the good ones; all
exceptions derive from `Error`. docs/python.md is the guide.
"""

from smsbackup._absent import *
from smsbackup._arrow import *
from smsbackup._contacts import *
from smsbackup._enums import *
from smsbackup._errors import *
from smsbackup._log import *
from smsbackup._mime import *
from smsbackup._native import (
    Blob as Blob,
    Call as Call,
    CancelToken as CancelToken,
    Counts as Counts,
    KeyIndex as KeyIndex,
    Mms as Mms,
    MmsAddress as MmsAddress,
    MmsPart as MmsPart,
    Problem as Problem,
    Progress as Progress,
    Query as Query,
    Reading as Reading,
    RecordKey as RecordKey,
    Report as Report,
    Sms as Sms,
    __version__ as __version__,
    address_bucket as address_bucket,
    content_digest as content_digest,
    is_read as is_read,
    key_of as key_of,
    same_address as same_address,
    state_fingerprint as state_fingerprint,
    state_name as state_name,
)
from smsbackup._options import *
from smsbackup._places import *
from smsbackup._progress import *
from smsbackup._records import *
from smsbackup._reports import *
from smsbackup._schedule import *
from smsbackup._state import *
from smsbackup._tee import *
from smsbackup._transfer import *
