#include "options.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "contacts.hpp"
#include "host_object.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

void take(const py::object& options, const char* field, std::string& target) {
  const py::object value = options.attr(field);
  if (!value.is_none()) target = from_str(value, field);
}
void take(const py::object& options, const char* field, bool& target) {
  const py::object value = options.attr(field);
  if (!value.is_none()) target = py::bool_(value);
}
template <class Number>
void take_number(const py::object& options, const char* field, Number& target) {
  const py::object value = options.attr(field);
  if (!value.is_none()) target = value.cast<Number>();
}
void take(const py::object& options, const char* field, std::optional<std::filesystem::path>& target) {
  const py::object value = options.attr(field);
  if (value.is_none()) return;
  PyObject* path = nullptr;
  if (PyUnicode_FSConverter(value.ptr(), &path) == 0) throw py::error_already_set();
  target = std::filesystem::path(py::reinterpret_steal<py::bytes>(path).cast<std::string>());
}
// Seconds in Python.
void take(const py::object& options, const char* field, std::chrono::milliseconds& target) {
  const py::object value = options.attr(field);
  if (value.is_none()) return;
  const auto seconds = value.cast<double>();
  if (!(seconds >= 0) || seconds > 1e9) throw py::value_error(std::string(field) + " must be a number of seconds");
  target = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}
template <class Enum, std::size_t count>
void take_name(const py::object& options, const char* field, const std::pair<const char*, Enum> (&names)[count],
               Enum& target) {
  const py::object value = options.attr(field);
  if (value.is_none()) return;
  const auto wanted = value.cast<std::string>();
  std::string known;
  for (const auto& [name, meaning] : names) {
    if (wanted == name) {
      target = meaning;
      return;
    }
    known += std::string(known.empty() ? "" : ", ") + name;
  }
  throw py::value_error(std::string(field) + " is one of " + known + "; not " + wanted);
}

std::string secret_from(const py::object& answer, const char* what) {
  if (answer.is_none()) throw Error(ErrorCode::wrong_credentials, std::string("logging in: there is no ") + what);
  return from_str(answer, what);
}

TlsOptions tls_from(const py::object& options) {
  TlsOptions tls;
  if (options.is_none()) return tls;
  take(options, "ca_file", tls.ca_file);
  take(options, "ca_folder", tls.ca_folder);
  take(options, "ca_pem", tls.ca_pem);
  tls.pins = strings_from(options.attr("pins"), "pins");
  take(options, "client_certificate", tls.client_certificate);
  take(options, "client_key", tls.client_key);
  take(options, "trust_all", tls.trust_all);
  return tls;
}

ImapOptions imap_from(const py::object& options) {
  ImapOptions imap;
  if (options.is_none()) return imap;
  take(options, "allow_plain", imap.allow_plain);
  take(options, "folder", imap.folder);
  take(options, "sms_folder", imap.sms_folder);
  take(options, "mms_folder", imap.mms_folder);
  take(options, "call_folder", imap.call_folder);
  take(options, "connect_timeout", imap.connect_timeout);
  take(options, "io_timeout", imap.io_timeout);
  take(options, "retry_for", imap.retry_for);
  take_number(options, "window", imap.window);
  take(options, "key_cache", imap.key_cache);
  take_name<ImapOptions::Compression>(options, "compression",
                                      {{"automatic", ImapOptions::Compression::automatic},
                                       {"always", ImapOptions::Compression::always},
                                       {"never", ImapOptions::Compression::never}},
                                      imap.compression);
  imap.tls = tls_from(options.attr("tls"));

  const py::object password = options.attr("password");
  if (PyCallable_Check(password.ptr()) != 0) {
    imap.password = [ask = HostObject(password)](const ImapAccount& account) {
      return in_python([&] { return secret_from(ask.get()(to_str(account.user), to_str(account.host)), "password"); });
    };
  } else if (!password.is_none()) {
    imap.password = [secret = from_str(password, "password")](const ImapAccount&) { return secret; };
  }
  const py::object token = options.attr("token");
  if (!token.is_none()) {
    imap.token = [ask = HostObject(token)](const ImapAccount& account, bool refused) {
      return in_python(
          [&] { return secret_from(ask.get()(to_str(account.user), to_str(account.host), refused), "token"); });
    };
  }
  return imap;
}

}  // namespace

Limits limits_from(const py::object& options) {
  Limits limits;
  if (options.is_none()) return limits;
  take_number(options, "mail_size", limits.mail_size);
  take_number(options, "header_size", limits.header_size);
  take_number(options, "headers", limits.headers);
  take_number(options, "nesting", limits.nesting);
  take_number(options, "parts", limits.parts);
  take_number(options, "addresses", limits.addresses);
  take_number(options, "columns", limits.columns);
  take_number(options, "name_size", limits.name_size);
  take_number(options, "text_size", limits.text_size);
  take_number(options, "part_size", limits.part_size);
  take_number(options, "blob_memory", limits.blob_memory);
  take_number(options, "problem_raw", limits.problem_raw);
  return limits;
}

MimeOptions mime_options_from(const py::object& options) {
  MimeOptions mime;
  if (options.is_none()) return mime;
  take(options, "user_email", mime.user_email);
  take_name<AddressStyle>(options, "address_style",
                          {{"name", AddressStyle::name},
                           {"name_and_number", AddressStyle::name_and_number},
                           {"number", AddressStyle::number}},
                          mime.address_style);
  take(options, "subject_prefix", mime.subject_prefix);
  take(options, "sms_folder", mime.sms_folder);
  take(options, "call_folder", mime.call_folder);
  take(options, "reference_uid", mime.reference_uid);
  take_name<MarkAsRead>(
      options, "mark_as_read",
      {{"read", MarkAsRead::read}, {"unread", MarkAsRead::unread}, {"message_status", MarkAsRead::message_status}},
      mime.mark_as_read);
  const py::object wording = options.attr("wording");
  if (!wording.is_none()) {
    take(wording, "sms_with", mime.wording.sms_with);
    take(wording, "mms_with", mime.wording.mms_with);
    take(wording, "call_with", mime.wording.call_with);
    take(wording, "incoming_call", mime.wording.incoming_call);
    take(wording, "outgoing_call", mime.wording.outgoing_call);
    take(wording, "missed_call", mime.wording.missed_call);
    take(wording, "voicemail_call", mime.wording.voicemail_call);
    take(wording, "rejected_call", mime.wording.rejected_call);
    take(wording, "incoming_title", mime.wording.incoming_title);
    take(wording, "outgoing_title", mime.wording.outgoing_title);
    take(wording, "missed_title", mime.wording.missed_title);
    take(wording, "voicemail_title", mime.wording.voicemail_title);
    take(wording, "rejected_title", mime.wording.rejected_title);
    take(wording, "number_field", mime.wording.number_field);
    take(wording, "duration_field", mime.wording.duration_field);
    take(wording, "unknown", mime.wording.unknown);
  }
  mime.contacts = contact_book_from(options.attr("contacts"));
  const py::object clock = options.attr("clock");
  if (!clock.is_none()) {
    mime.clock = [ask = HostObject(clock)] {
      return in_python([&] { return from_moment(ask.get()(), "what the clock says"); });
    };
  }
  const py::object zone = options.attr("zone");
  if (!zone.is_none()) {
    mime.zone = [ask = HostObject(zone)](std::int64_t moment) {
      return in_python([&] {
        const py::object local = to_datetime(moment);
        if (local.is_none()) return std::int32_t{0};
        const py::object offset = local.attr("astimezone")(ask.get()).attr("utcoffset")();
        return static_cast<std::int32_t>(offset.attr("total_seconds")().cast<double>());
      });
    };
  }
  return mime;
}

StoreOptions store_options_from(const py::object& options) {
  StoreOptions made;
  if (options.is_none()) return made;
  made.limits = limits_from(options.attr("limits"));
  made.mime = mime_options_from(options.attr("mime"));
  made.imap = imap_from(options.attr("imap"));
  return made;
}

void bind_options(py::module_& m) {
  m.def(
      "check_options", [](const py::object& options) { store_options_from(options); }, py::arg("options"));
}

}  // namespace smsbackup::python
