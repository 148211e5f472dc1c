// The stores that must pass the suite: one line each.
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "conformance/phone_rows.hpp"
#include "conformance/store_suite.hpp"
#include "smsbackup/android_db_store.hpp"
#include "smsbackup/eml_store.hpp"
#include "smsbackup/icalendar_store.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "smsbackup/maildir_store.hpp"
#include "smsbackup/mbox_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/synctech_xml_store.hpp"
#include "stores/icalendar_writer.hpp"

namespace smsbackup::test {
namespace {

// A store in memory that is still there when it is opened again.
class SharedMemoryStore final : public Store {
 public:
  explicit SharedMemoryStore(MemoryStore& shared) : shared_(shared) {}
  std::unique_ptr<Cursor> open(const Query& query) override { return shared_.open(query); }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    shared_.keys(query, policy, visit);
  }
  std::optional<Record> fetch(std::string_view locator) override { return shared_.fetch(locator); }
  Outcomes write(std::span<const Record> records) override { return shared_.write(records); }
  std::string name() const override { return shared_.name(); }

 private:
  MemoryStore& shared_;
};

std::unique_ptr<Store> open_memory(const std::filesystem::path& folder, Access) {
  static std::map<std::string, MemoryStore> stores;
  return std::make_unique<SharedMemoryStore>(stores[folder.string()]);
}

// A store that is one file, or one folder.
template <class FileStore>
auto one_file(const char* name) {
  return [name](const std::filesystem::path& folder, Access access) -> std::unique_ptr<Store> {
    return std::make_unique<FileStore>(folder / name, access);
  };
}

// Spoils the middle line of a file with as many lines as records.
void damage_middle_line(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t line = text.find('\n', text.size() / 2) + 1;
  text[line] = '#';
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// Spoils the row that begins in the middle of the file.
void damage_middle_row(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  text[text.find("\n  <", text.size() / 2) + 3] = '#';
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// Cuts the middle one of all files in half.
void damage_middle_file(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  const auto middle = std::next(files.begin(), static_cast<std::ptrdiff_t>(files.size() / 2));
  std::filesystem::resize_file(*middle, std::filesystem::file_size(*middle) / 2);
}

// Changes the digest of a mail in the middle of a file.
void damage_middle_digest(const std::filesystem::path& file) {
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(io), {});
  constexpr std::string_view name = "\nX-smsbackup-digest: ";
  const std::size_t digest = text.find(name, text.size() / 2) + name.size();
  io.clear();
  io.seekp(static_cast<std::streamoff>(digest));
  io.put(text[digest] == '0' ? '1' : '0');
}

// Spoils a call's time in the middle of a calendar.
void damage_middle_event(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  constexpr std::string_view name = "\r\nX-SMSBACKUP-DATE:";
  text[text.find(name, text.size() / 2) + name.size()] = '#';
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// What a calendar keeps of a call; of others, nothing.
Record as_event(Record record) {
  if (const auto* call = std::get_if<Call>(&record)) {
    Call kept;
    kept.number = call->number;
    kept.subject = call->subject;
    kept.date = call->date;
    kept.duration = call->duration;
    kept.type = call->type;
    for (Text* cell : {&kept.number, &kept.subject}) {
      if (cell->is_null()) cell->reset();
    }
    for (Integer* cell : {&kept.date, &kept.duration, &kept.type}) {
      if (cell->is_null()) cell->reset();
    }
    record = kept;
  }
  return record;
}
bool is_event(const Record& record) {
  const auto* call = std::get_if<Call>(&record);
  return call != nullptr && !stores::icalendar::why_not(*call);
}

const StoreUnderTest stores[] = {
    {"memory", open_memory, {}, false},
    {"jsonl", one_file<JsonlStore>("records.jsonl"),
     [](const std::filesystem::path& folder) { damage_middle_line(folder / "records.jsonl"); }},
    {"synctech_xml", one_file<SynctechXmlStore>("records.xml"),
     [](const std::filesystem::path& folder) { damage_middle_row(folder / "records.xml"); }},
    {"synctech_xml_zip", one_file<SynctechXmlStore>("records.zip"), {}},
    {"maildir", one_file<MaildirStore>("mails"), damage_middle_file},
    {"mbox", one_file<MboxStore>("mails.mbox"),
     [](const std::filesystem::path& folder) { damage_middle_digest(folder / "mails.mbox"); }},
    {"eml", one_file<EmlStore>("mails"), damage_middle_file},
    {"android_db", one_file<AndroidDbStore>("phone"), {}, true, as_phone_record},
    {"icalendar", one_file<IcalendarStore>("calls.ics"),
     [](const std::filesystem::path& folder) { damage_middle_event(folder / "calls.ics"); }, true, as_event, 10'000,
     is_event, true},
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreSuite, testing::ValuesIn(stores),
                         [](const testing::TestParamInfo<StoreUnderTest>& store) { return store.param.name; });

}  // namespace
}  // namespace smsbackup::test
