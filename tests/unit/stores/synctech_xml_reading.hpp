// Reading SyncTech XML from memory, for tests.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smsbackup/charset.hpp"
#include "stores/synctech_xml_cursor.hpp"

namespace smsbackup::stores::synctech {

struct Reading {
  std::vector<Record> records;
  std::vector<std::string> positions;
  std::vector<Problem> problems;
  std::uint64_t filtered = 0;
  std::size_t batches = 0;

  const Sms& sms(std::size_t i) const { return std::get<Sms>(records.at(i)); }
  const Mms& mms(std::size_t i) const { return std::get<Mms>(records.at(i)); }
  const Call& call(std::size_t i) const { return std::get<Call>(records.at(i)); }
  std::size_t lost() const {
    std::size_t count = 0;
    for (const Problem& problem : problems) count += problem.record_kept ? 0 : 1;
    return count;
  }
};

inline Reading read_xml(std::string bytes, const Query& query = {}, const Limits& limits = {}) {
  auto text = std::make_unique<XmlText>(std::make_unique<MemoryByteInput>(std::move(bytes)), system_charsets());
  XmlCursor cursor(std::move(text), "test.xml", query, limits);
  Reading all;
  Batch batch;
  while (cursor.next(batch)) {
    ++all.batches;
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(all.records));
    for (std::size_t i = 0; i < batch.positions.size(); ++i) all.positions.emplace_back(batch.positions[i]);
    std::move(batch.problems.begin(), batch.problems.end(), std::back_inserter(all.problems));
    all.filtered += batch.filtered;
    batch.clear();
  }
  return all;
}

inline std::string sample(const std::string& name) {
  std::ifstream in(std::string(SMSBACKUP_TEST_DATA) + "/synctech-xml/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// One row within a root, as a whole file.
inline std::string in_root(std::string_view rows) {
  return "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"1\">\n" + std::string(rows) +
         "\n</smses>\n";
}

inline std::string extra(const Extras& extras, const std::string& name) {
  const auto found = extras.find(name);
  if (found == extras.end()) return "(absent)";
  return found->second ? *found->second : "(null)";
}

}  // namespace smsbackup::stores::synctech
