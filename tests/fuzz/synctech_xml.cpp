// Whatever is read as records is written so that it is read as the same records; and what is read does not depend on
// the pieces in which the input comes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "smsbackup/charset.hpp"
#include "smsbackup/error.hpp"
#include "stores/synctech_xml_cursor.hpp"
#include "stores/synctech_xml_writer.hpp"

namespace {

using namespace smsbackup;
using namespace smsbackup::stores;

class Pieces final : public ByteInput {
 public:
  Pieces(std::string bytes, std::size_t most) : bytes_(std::move(bytes)), most_(most) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min({out.size(), most_, bytes_.size() - done_});
    std::memcpy(out.data(), bytes_.data() + done_, size);
    done_ += size;
    return size;
  }
  Position position() const override { return {done_, std::nullopt}; }

 private:
  std::string bytes_;
  std::size_t most_;
  std::size_t done_ = 0;
};

struct Reading {
  std::vector<Record> records;
  std::vector<std::string> problems;
  bool refused = false;
  bool operator==(const Reading&) const = default;
};

Reading read(const std::string& bytes, std::size_t piece) {
  Limits limits;
  limits.text_size = 64 * 1024;
  limits.part_size = 64 * 1024;
  limits.columns = 50;
  limits.parts = 20;
  limits.addresses = 20;
  limits.problem_raw = 256;
  Reading all;
  try {
    auto text = std::make_unique<XmlText>(std::make_unique<Pieces>(bytes, piece), system_charsets());
    synctech::refuse_what_is_no_xml(*text, "fuzz");
    synctech::XmlCursor cursor(std::move(text), "fuzz", Query{}, limits);
    for (Batch batch; cursor.next(batch); batch.clear()) {
      std::move(batch.records.begin(), batch.records.end(), std::back_inserter(all.records));
      for (const Problem& problem : batch.problems) {
        all.problems.push_back(problem.where + ": " + problem.why + ": " + problem.raw.bytes());
      }
    }
  } catch (const Error&) {
    all.refused = true;
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Reading whole = read(bytes, bytes.size() + 1);
  // Where a charset of several bytes is spoiled, what a bad byte takes along depends on where the blocks end.
  const bool in_charset = bytes.find("encoding") < 1024;
  if (!in_charset && read(bytes, 3) != whole) std::abort();
  if (whole.records.empty()) return 0;

  std::string again = "<smses>\n";
  synctech::RowWriter writer;
  for (const Record& record : whole.records) writer.write(record, [&](std::string_view text) { again += text; });
  again += "</smses>\n";
  const Reading reading = read(again, again.size());
  // What could be read under these limits need not be within them when it is written out in full.
  if (reading.problems.empty() && reading.records != whole.records) std::abort();
  if (reading.records.empty() && reading.problems.empty()) std::abort();
  return 0;
}
