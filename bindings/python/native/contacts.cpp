#include "contacts.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host_object.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "problem.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

py::object contact_class() { return py::module_::import("smsbackup._contacts").attr("Contact"); }

Contact contact_from(const py::object& contact) {
  Contact made;
  made.id = contact.attr("id").cast<std::int64_t>();
  const py::object name = contact.attr("name");
  if (!name.is_none()) made.name = from_str(name, "the name of a contact");
  made.emails = strings_from(contact.attr("emails"), "emails");
  made.numbers = strings_from(contact.attr("numbers"), "numbers");
  made.groups = strings_from(contact.attr("groups"), "groups");
  return made;
}

py::object contact_to_python(const Contact& contact) {
  using namespace py::literals;
  return contact_class()("name"_a = contact.name ? py::object(to_str(*contact.name)) : py::object(py::none()),
                         "numbers"_a = to_tuple(contact.numbers), "emails"_a = to_tuple(contact.emails),
                         "groups"_a = to_tuple(contact.groups), "id"_a = contact.id);
}

// A native book that Python looks into while the library may have it, too.
class SharedBook final : public ContactBook {
 public:
  explicit SharedBook(MemoryContactBook book) : book_(std::move(book)) {}

  void add(Contact contact) {
    const std::lock_guard lock(mutex_);
    book_.add(std::move(contact));
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return book_.size();
  }
  std::optional<Contact> lookup(std::string_view address) override {
    const std::lock_guard lock(mutex_);
    return book_.lookup(address);
  }

 private:
  mutable std::mutex mutex_;
  MemoryContactBook book_;
};

class HostContactBook final : public ContactBook {
 public:
  explicit HostContactBook(py::object book) : book_(std::move(book)) {}

  std::optional<Contact> lookup(std::string_view address) override {
    return in_python([&]() -> std::optional<Contact> {
      const py::object found = book_.get().attr("lookup")(to_str(address));
      if (found.is_none()) return std::nullopt;
      return contact_from(found);
    });
  }
  bool in_group(const Contact& contact, std::string_view group) override {
    return in_python([&] {
      const py::object book = book_.get();
      if (!py::hasattr(book, "in_group")) return ContactBook::in_group(contact, group);
      return py::bool_(book.attr("in_group")(contact_to_python(contact), to_str(group))).cast<bool>();
    });
  }

 private:
  HostObject book_;
};

// The book, and what could not be read.
template <auto Read>
py::tuple read_book(const py::object& path) {
  const std::filesystem::path file(from_str(path, "path"));
  std::vector<Problem> problems;
  const auto book = without_gil([&] { return std::make_shared<SharedBook>(Read(file, Limits(), &problems)); });
  py::tuple list(problems.size());
  for (std::size_t i = 0; i < problems.size(); ++i) list[i] = to_python(std::move(problems[i]));
  return py::make_tuple(book, list);
}

}  // namespace

std::shared_ptr<ContactBook> contact_book_from(const py::object& book) {
  if (book.is_none()) return nullptr;
  if (py::hasattr(book, "_native")) return book.attr("_native").cast<std::shared_ptr<SharedBook>>();
  return std::make_shared<HostContactBook>(book);
}

void bind_contacts(py::module_& m) {
  py::class_<SharedBook, std::shared_ptr<SharedBook>>(m, "ContactBook", py::is_final(), "A contact book in memory.")
      .def(py::init([] { return std::make_shared<SharedBook>(MemoryContactBook()); }))
      .def_static("from_vcard_file", &read_book<read_vcard_file>, py::arg("path"), py::pos_only())
      .def_static("from_database_file", &read_book<read_contacts_database>, py::arg("path"), py::pos_only())
      .def_static("from_file", &read_book<read_contacts_file>, py::arg("path"), py::pos_only())
      .def(
          "add", [](SharedBook& self, const py::object& contact) { self.add(contact_from(contact)); },
          py::arg("contact"), py::pos_only())
      .def(
          "lookup",
          [](SharedBook& self, const py::object& address) -> py::object {
            const std::string text = from_str(address, "address");
            const auto found = without_gil([&] { return self.lookup(text); });
            return found ? contact_to_python(*found) : py::object(py::none());
          },
          py::arg("address"), py::pos_only())
      .def("__len__", &SharedBook::size);
  m.def(
      "mail_address",
      [](const py::object& contact) -> py::object {
        const auto address = contact_from(contact).mail_address();
        return address ? py::object(to_str(*address)) : py::object(py::none());
      },
      py::arg("contact"), py::pos_only());
}

}  // namespace smsbackup::python
