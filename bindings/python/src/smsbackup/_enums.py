"""Android's own numbers for what columns say. Columns hold plain ints, which may be others, too."""

from __future__ import annotations

import enum

__all__ = ["CallType", "MmsAddressType", "MmsBox", "MmsMessageType", "SmsType"]


class SmsType(enum.IntEnum):
    """`Sms.type` (Telephony.TextBasedSmsColumns.TYPE).

    >>> import smsbackup
    >>> smsbackup.Sms(type=2).type == smsbackup.SmsType.SENT
    True
    """

    INBOX = 1
    SENT = 2
    DRAFT = 3
    OUTBOX = 4
    FAILED = 5
    QUEUED = 6


class MmsBox(enum.IntEnum):
    """`Mms.msg_box` (Telephony.BaseMmsColumns.MESSAGE_BOX).

    >>> import smsbackup
    >>> smsbackup.Mms(msg_box=smsbackup.MmsBox.INBOX).msg_box
    1
    """

    INBOX = 1
    SENT = 2
    DRAFTS = 3
    OUTBOX = 4
    FAILED = 5


class MmsMessageType(enum.IntEnum):
    """`Mms.m_type` of messages that a user sees (OMA-TS-MMS_ENC, 7.3.30).

    >>> import smsbackup
    >>> smsbackup.MmsMessageType(132).name
    'RETRIEVE_CONF'
    """

    SEND_REQ = 128
    NOTIFICATION_IND = 130
    RETRIEVE_CONF = 132


class MmsAddressType(enum.IntEnum):
    """`MmsAddress.type` (PduHeaders).

    >>> import smsbackup
    >>> smsbackup.MmsAddress(type=137).type == smsbackup.MmsAddressType.FROM
    True
    """

    BCC = 129
    CC = 130
    FROM = 137
    TO = 151


class CallType(enum.IntEnum):
    """`Call.type` (CallLog.Calls.TYPE).

    >>> import smsbackup
    >>> smsbackup.CallType.MISSED in {smsbackup.Call(type=3).type}
    True
    """

    INCOMING = 1
    OUTGOING = 2
    MISSED = 3
    VOICEMAIL = 4
    REJECTED = 5
    BLOCKED = 6
    ANSWERED_EXTERNALLY = 7
