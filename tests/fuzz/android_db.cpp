// Whatever bytes a database has: it is read, or refused with an Error, in bounded time and memory, and not changed.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "smsbackup/android_db_store.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"

namespace {

namespace fs = std::filesystem;
using namespace smsbackup;

fs::path folder() {
  static const fs::path made = [] {
    // In memory where there is such a place: a fuzzer writes this file thousands of times a second.
    const fs::path memory = "/dev/shm";
    std::string name = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "smsbackup-fuzz-XXXXXX");
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    static const struct Remover {
      fs::path path;
      ~Remover() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
      }
    } remover{name};
    return fs::path(name);
  }();
  return made;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void read_all(const fs::path& file) {
  StoreOptions options;
  options.limits.text_size = 64 * 1024;
  options.limits.parts = 50;
  options.limits.addresses = 50;
  AndroidDbStore store(file, Access::read, options);
  const auto cursor = store.open({});
  for (Batch batch; cursor->next(batch); batch.clear()) {
    if (batch.records.size() > Batch::max_records) std::abort();
  }
  store.keys({}, {}, [&](const RecordKey& key) { store.fetch(key.locator); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 256 * 1024) return 0;
  const fs::path file = folder() / "mmssms.db";
  const std::string before(reinterpret_cast<const char*>(data), size);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << before;
  try {
    read_all(file);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
  try {
    read_contacts_file(file);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
  if (bytes_of(file) != before) std::abort();
  return 0;
}
