// The file of cached keys: whatever is in it, what comes out has ascending UIDs, and the file can be gone on with.
#include "imap/key_log.hpp"

#include <openssl/evp.h>
#include <stdlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "imap/key_entry.hpp"

namespace {

using namespace smsbackup::imap;

void require(bool condition) {
  if (!condition) std::abort();
}

// A cache folder for the life of the program.
class Cache {
 public:
  Cache() {
    std::string name = (std::filesystem::temp_directory_path() / "smsbackup-fuzz-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    require(open() != nullptr);
    file_ = *std::filesystem::directory_iterator(folder_);
    std::ifstream in(file_, std::ios::binary);
    header_.assign(std::istreambuf_iterator<char>(in), {});
    require(!header_.empty());
  }
  ~Cache() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  std::unique_ptr<KeyLog> open() const { return KeyLog::open(folder_, "me@localhost", "SMS", 7); }
  std::unique_ptr<KeyLog> open_with(std::string_view behind_the_header) const {
    std::ofstream(file_, std::ios::binary) << header_ << behind_the_header;
    return open();
  }

 private:
  std::filesystem::path folder_, file_;
  std::string header_;
};

// A block as the log writes it, so that damage within gets past the digest.
std::string block(std::string_view payload) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(payload.data(), payload.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(payload.size() >> shift & 0xff);
  out.append(reinterpret_cast<const char*>(digest.data()), 16);
  out += payload;
  return out;
}

void look(KeyLog& log) {
  std::uint32_t last = 0, count = 0;
  log.for_each([&](const KeyEntry& entry) {
    require(entry.uid > last);
    last = entry.uid;
    ++count;
  });
  require(count == log.count() && last == log.last_uid());
}

void use(std::unique_ptr<KeyLog> log) {
  require(log != nullptr);
  look(*log);
  if (log->last_uid() != UINT32_MAX) {
    KeyEntry entry;
    entry.uid = log->last_uid() + 1;
    log->add(entry);
    look(*log);
  }
  log->retain([](std::uint32_t uid) { return uid % 2 == 0; });
  look(*log);
}

void read_entries(std::string_view bytes) {
  KeyEntry entry;
  while (take_entry(bytes, entry)) {
    std::string written;
    append_entry(entry, written);
    KeyEntry again;
    std::string_view rest(written);
    require(take_entry(rest, again) && rest.empty());
    require(again.uid == entry.uid && again.size == entry.size && again.is_record == entry.is_record &&
            again.message_id == entry.message_id && again.key.parties == entry.key.parties &&
            again.key.date == entry.key.date && again.key.content == entry.key.content);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Cache cache;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_entries(bytes);
  use(cache.open_with(bytes));
  use(cache.open_with(block(bytes) + block(bytes)));
  return 0;
}
