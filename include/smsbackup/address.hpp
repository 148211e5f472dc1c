// How phones compare the addresses of messages and calls.
//
// An address is what a provider stores: a number in any spelling, a short code, an alphanumeric sender ("MY BANK"), a
// mail or SIP address, the token of one's own number, or a mark for unknown ("", "-1", "-2"…).
#pragma once

#include <string>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

// Null, "", "-1", "-2", "-3": the caller withheld the number or the network did not tell
// (android.telephony: presentation restricted, unknown, pay phone in old call logs).
SMSBACKUP_EXPORT bool is_unknown_address(std::string_view address) noexcept;

// Whether it is dialable digits with separators, rather than unknown, a name or a mail address.
SMSBACKUP_EXPORT bool is_phone_number(std::string_view address) noexcept;

// What stays when separators go: '+' at the start, digits, '*' and '#'; decimal digits of other scripts become ASCII
// ones. Anything after ',' ';' or 'x' (pauses, extensions) is left out, and so is the "/TYPE=PLMN" of MMS networks.
SMSBACKUP_EXPORT std::string number_digits(std::string_view address);

// Android's loose comparison of two numbers (PhoneNumberUtils.compareLoosely: at least seven equal digits from the end,
// and the rest must be one side's nothing, an international prefix or a trunk zero). Short numbers must be equal.
// Beyond Android, the zero of "+44 (0)20 7946 0018" may be there or not. Symmetric, but not transitive.
SMSBACKUP_EXPORT bool loosely_equal_numbers(std::string_view a, std::string_view b);

// The same party: both unknown; or loosely equal numbers; or names equal after fold_sender(); or equal mail addresses
// whatever the letter case.
SMSBACKUP_EXPORT bool same_address(std::string_view a, std::string_view b);

// An alphanumeric sender as networks fold it: ASCII letter case, blanks, '-', '_' and '.' make no difference.
SMSBACKUP_EXPORT std::string fold_sender(std::string_view address);

// What two spellings of the same party always share, for hashing: the last seven digits of a number (all of a shorter
// one), a folded name, a lower-case mail address, or "" for unknown. Equal buckets do not mean the same party.
SMSBACKUP_EXPORT std::string address_bucket(std::string_view address);

}  // namespace smsbackup
