#include "keys.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host_object.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "records.hpp"
#include "smsbackup/address.hpp"
#include "smsbackup/jsonl.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

Direction direction_from(const py::object& name) {
  if (name.is_none()) return Direction::unknown;
  const auto text = name.cast<std::string>();
  if (text == "incoming") return Direction::incoming;
  if (text == "outgoing") return Direction::outgoing;
  throw py::value_error("a direction is incoming, outgoing or None, not " + text);
}

RecordKey make_key(const py::object& kind, const py::object& direction, const py::object& date, bool whole_second,
                   const py::object& parties, const py::object& content, const py::object& message_id,
                   const py::object& locator) {
  RecordKey key;
  key.type = record_type_from(kind);
  key.direction = direction_from(direction);
  if (!date.is_none()) key.date = from_moment(date, "date");
  key.whole_second = whole_second;
  key.parties = strings_from(parties, "parties");
  if (!content.is_none()) {
    key.content = Digest::from_hex(content.cast<std::string>());
    if (!key.content) throw py::value_error("content must be 32 hexadecimal digits");
  }
  key.message_id = from_str(message_id, "message_id");
  key.locator = from_str(locator, "locator");
  return key;
}

py::tuple values_of(const RecordKey& key) {
  return py::make_tuple(to_str(to_string(key.type)), direction_name(key.direction), optional_to_python(key.date),
                        key.whole_second, to_tuple(key.parties),
                        key.content ? py::object(to_str(key.content->hex())) : py::object(py::none()),
                        to_str(key.message_id), to_str(key.locator));
}

const char* match_name(Match match) {
  switch (match) {
    case Match::unseen:
      return "unseen";
    case Match::duplicate:
      return "duplicate";
    case Match::undecided:
      break;
  }
  return "undecided";
}

py::list find_or_insert_lines(KeyIndex& self, const py::iterable& lines) {
  std::vector<std::string> texts;
  for (const py::handle line : lines) texts.push_back(json_line_from(line));
  const DedupPolicy policy = self.policy();
  std::vector<RecordKey> keys;
  without_gil([&] {
    keys.reserve(texts.size());
    for (const std::string& text : texts) keys.push_back(key_of(from_json(text), policy.level, policy.own_numbers));
  });
  py::list answers(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) answers[i] = match_name(self.find_or_insert(keys[i]));
  return answers;
}

}  // namespace

py::object direction_name(Direction direction) {
  if (direction == Direction::unknown) return py::none();
  return py::str(direction == Direction::incoming ? "incoming" : "outgoing");
}

DedupLevel dedup_level_from(const std::string& name) {
  if (name == "exact") return DedupLevel::exact;
  if (name == "tolerant") return DedupLevel::tolerant;
  if (name == "off") return DedupLevel::off;
  throw py::value_error("dedup is exact, tolerant or off, not " + name);
}

std::vector<std::string> strings_from(py::handle strings, const char* what) {
  if (PyUnicode_Check(strings.ptr())) {
    throw py::type_error(std::string(what) + " must be several str, such as a list: this is a single one");
  }
  std::vector<std::string> copies;
  for (const py::handle one : py::reinterpret_borrow<py::iterable>(strings)) copies.push_back(from_str(one, what));
  return copies;
}

py::tuple to_tuple(const std::vector<std::string>& strings) {
  py::tuple made(strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i) made[i] = to_str(strings[i]);
  return made;
}

void bind_keys(py::module_& m) {
  py::class_<RecordKey>(m, "RecordKey", py::is_final(), R"(What identifies a record when two places are compared.

A sink of your own yields one for each record that it has; key_of() makes it of a record. `date` is in milliseconds,
`content` the digest of what the record says (None if it can't be known without reading the record: then `locator` is
what fetch() finds the record by).

>>> import smsbackup
>>> key = smsbackup.key_of(smsbackup.Sms(address="+12025550143", date=1698912072418, type=1, body="see you"))
>>> key.kind, key.direction, key.date, len(key.content)
('sms', 'incoming', 1698912072418, 32)
)")
      .def(py::init(&make_key), py::kw_only(), py::arg("kind"), py::arg("direction") = py::none(),
           py::arg("date") = py::none(), py::arg("whole_second") = false, py::arg("parties") = py::tuple(),
           py::arg("content") = py::none(), py::arg("message_id") = "", py::arg("locator") = "")
      .def_property_readonly(
          "kind", [](const RecordKey& self) { return to_str(to_string(self.type)); }, "'sms', 'mms' or 'call'.")
      .def_property_readonly(
          "direction", [](const RecordKey& self) { return direction_name(self.direction); },
          "'incoming', 'outgoing', or None where it isn't known.")
      .def_property_readonly(
          "date", [](const RecordKey& self) { return optional_to_python(self.date); },
          "UTC milliseconds since 1970, or None.")
      .def_property_readonly(
          "whole_second", [](const RecordKey& self) { return self.whole_second; },
          "True where the milliseconds aren't known.")
      .def_property_readonly(
          "parties", [](const RecordKey& self) { return to_tuple(self.parties); }, "The other parties, as stored.")
      .def_property_readonly(
          "content",
          [](const RecordKey& self) {
            return self.content ? py::object(to_str(self.content->hex())) : py::object(py::none());
          },
          "The digest of what the record says, 32 hexadecimal digits, or None.")
      .def_property_readonly(
          "message_id", [](const RecordKey& self) { return to_str(self.message_id); },
          "The network's id of the message; empty if there is none.")
      .def_property_readonly(
          "locator", [](const RecordKey& self) { return to_str(self.locator); },
          "The sink's own name for the record; empty if it has none.")
      .def("__eq__",
           [](const RecordKey& self, const py::object& other) -> py::object {
             if (!py::isinstance<RecordKey>(other)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             return py::bool_(values_of(self).equal(values_of(other.cast<const RecordKey&>())));
           })
      .def("__hash__", [](const RecordKey& self) { return py::hash(values_of(self)); })
      .def("__repr__",
           [](const RecordKey& self) {
             return "<smsbackup.RecordKey of one " + std::string(to_string(self.type)) + ">";
           })
      .def("__reduce__", [](const RecordKey& self) {
        const py::tuple values = values_of(self);
        py::dict named;
        std::size_t i = 0;
        for (const char* name :
             {"kind", "direction", "date", "whole_second", "parties", "content", "message_id", "locator"}) {
          named[name] = values[i++];
        }
        return pickled("key", named);
      });

  m.def(
      "key_of",
      [](const py::object& record, const std::string& level, const py::object& own_numbers) {
        const Record copy = record_from(record);
        const auto own = strings_from(own_numbers, "own_numbers");
        return without_gil([&] { return key_of(copy, dedup_level_from(level), own); });
      },
      R"(The key of a record. `own_numbers` are left out of the parties of an MMS.

>>> import smsbackup
>>> one = smsbackup.Sms(address="+4915112345678", date=1698912072418, type=1, body="see you")
>>> smsbackup.key_of(one).parties
('+4915112345678',)
)",
      py::arg("record"), py::kw_only(), py::arg("level") = "tolerant", py::arg("own_numbers") = py::tuple());
  m.def(
      "content_digest",
      [](const py::object& record, const std::string& level) {
        const Record copy = record_from(record);
        return without_gil([&] { return content_digest(copy, dedup_level_from(level)).hex(); });
      },
      R"(The digest of what a record says, without who said it and when: 32 hexadecimal digits.

>>> import smsbackup
>>> smsbackup.content_digest(smsbackup.Sms(body="a  b")) == smsbackup.content_digest(smsbackup.Sms(body="a b"))
True
>>> smsbackup.content_digest(smsbackup.Sms(body="a"), level="exact") == smsbackup.content_digest(smsbackup.Sms(body="b"), level="exact")
False
)",
      py::arg("record"), py::kw_only(), py::arg("level") = "tolerant");
  m.def(
      "is_read", [](const py::object& record) { return is_read(record_from(record)); },
      R"(Whether the phone shows the record as read. Calls, and records without the column, count as read.

>>> import smsbackup
>>> smsbackup.is_read(smsbackup.Sms(read=0))
False
)",
      py::arg("record"), py::pos_only());
  m.def(
      "same_address",
      [](const py::object& a, const py::object& b) { return same_address(from_str(a, "a"), from_str(b, "b")); },
      R"(Whether two spellings of a number, sender or mail address are the same party, as phones compare them.

>>> import smsbackup
>>> smsbackup.same_address("+49 151 12345678", "0151/12345678")
True
)",
      py::arg("a"), py::arg("b"), py::pos_only());
  m.def(
      "address_bucket", [](const py::object& address) { return to_str(address_bucket(from_str(address, "address"))); },
      R"(What all spellings of one party share, for grouping before same_address() is asked. '' if unknown.

>>> import smsbackup
>>> smsbackup.address_bucket("+49 151 12345678") == smsbackup.address_bucket("0151 12345678")
True
)",
      py::arg("address"), py::pos_only());

  py::class_<KeyIndex>(m, "KeyIndex", py::is_final(),
                       R"(Remembers which records were seen, in at most 24 bytes a record.

Never merges two records that differ under its policy; where it can't tell, it answers 'undecided'. For one thread at a
time.

>>> import smsbackup
>>> index = smsbackup.KeyIndex()
>>> first = smsbackup.Sms(address="+4915112345678", date=1698912072418, type=1, body="see you")
>>> again = first.replace(address="0151 12345678")
>>> [index.find_or_insert(smsbackup.key_of(sms)) for sms in (first, again)]
['unseen', 'duplicate']
)")
      .def(py::init([](const std::string& level, const py::object& own_numbers) {
             return KeyIndex(DedupPolicy{dedup_level_from(level), strings_from(own_numbers, "own_numbers")});
           }),
           py::kw_only(), py::arg("level") = "tolerant", py::arg("own_numbers") = py::tuple())
      .def(
          "match", [](const KeyIndex& self, const RecordKey& key) { return match_name(self.match(key)); },
          "Looks without adding: 'unseen', 'duplicate' or 'undecided'.", py::arg("key"), py::pos_only())
      .def(
          "find_or_insert", [](KeyIndex& self, const RecordKey& key) { return match_name(self.find_or_insert(key)); },
          "match() and, if unseen, insert().", py::arg("key"), py::pos_only())
      .def("find_or_insert_lines", &find_or_insert_lines,
           R"(find_or_insert() of many records at once, each a JSON line (str or bytes): one answer for each.

Raises InputError for a line that can't be read, and has added none of them then.

>>> import smsbackup
>>> lines = [record.to_json() for record in smsbackup.open("calls.xml")]
>>> index = smsbackup.KeyIndex()
>>> set(index.find_or_insert_lines(lines)), set(index.find_or_insert_lines(lines))
({'unseen'}, {'duplicate'})
)",
           py::arg("lines"), py::pos_only())
      .def(
          "insert", [](KeyIndex& self, const RecordKey& key) { self.insert(key); }, "Adds a key.", py::arg("key"),
          py::pos_only())
      .def(
          "explain",
          [](const KeyIndex& self, const RecordKey& key) { return to_str(self.find(key, true).explanation); },
          "Why the key would be taken for a duplicate, or not; for people, without private data.", py::arg("key"),
          py::pos_only())
      .def("__len__", &KeyIndex::size)
      .def_property_readonly("memory_size", &KeyIndex::memory_size, "Bytes that the index takes.");
}

}  // namespace smsbackup::python
