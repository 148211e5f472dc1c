#include "library_client.hpp"

#include <chrono>
#include <cstdio>
#include <span>
#include <stdexcept>

#include "smsbackup/imap_store.hpp"
#include "smsbackup/jsonl_store.hpp"

namespace smsbackup::bench {
namespace {

ImapOptions options_of(const std::vector<std::string>& arguments) {
  ImapOptions options;
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(std::stoi(arguments.at(1)));
  options.user = arguments.at(3);
  options.password = [](const ImapAccount&) { return std::string("pass"); };
  options.folder = arguments.at(4);
  if (arguments.at(2) == "-") {
    options.security = ImapOptions::Security::plain;
    options.allow_plain = true;
  } else {
    options.tls.ca_file = arguments.at(2);
  }
  return options;
}

std::vector<Record> records_of(const std::string& jsonl) {
  std::vector<Record> records;
  JsonlStore store(jsonl, Access::read);
  const auto cursor = store.open({});
  for (Batch batch; batch.clear(), cursor->next(batch);)
    for (auto& record : batch.records) records.push_back(std::move(record));
  return records;
}

void count(const Outcomes& outcomes, std::size_t& written) {
  for (const auto& outcome : outcomes) written += outcome.written ? 1 : 0;
}

void upload(ImapStore& store, std::span<const Record> records) {
  std::size_t written = 0;
  for (auto left = records; !left.empty();) {
    const auto now = left.first(std::min<std::size_t>(left.size(), Batch::max_records));
    count(store.write_ahead(now), written);
    left = left.subspan(now.size());
  }
  count(store.settle(), written);
  if (written != records.size()) throw std::runtime_error("not everything was written");
}

void fetch(ImapStore& store) {
  const auto cursor = store.open({});
  for (Batch batch; batch.clear(), cursor->next(batch);) {
  }
}

void talk(const std::vector<std::string>& arguments) {
  auto options = options_of(arguments);
  std::vector<Record> records;
  if (arguments.at(0) == "upload") records = records_of(arguments.at(5));
  if (arguments.at(0) == "keys" && arguments.at(5) != "-") options.key_cache = arguments.at(5);
  const auto begin = std::chrono::steady_clock::now();
  {
    ImapStore store(options, arguments.at(0) == "fetch" ? Access::read : Access::write);
    if (arguments.at(0) == "upload") {
      upload(store, records);
    } else if (arguments.at(0) == "fetch") {
      fetch(store);
    } else {
      store.keys({}, {}, [](const RecordKey&) {});
    }
    store.finish();
  }
  std::printf("%.6f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

}  // namespace

int library_client(const std::vector<std::string>& arguments) {
  try {
    talk(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "library client: %s\n", error.what());
    return 1;
  }
}

}  // namespace smsbackup::bench
