// Writes records as rows of a SyncTech file, the way the app writes them, and lossless beyond that.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "smsbackup/limits.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::stores::synctech {

// What a file of ours begins with. The root's tag follows, see root_tag().
inline constexpr std::string_view prologue =
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    "<!--File Created By libsmsbackup, in the format of SMS Backup & Restore-->\n";

// The root's start tag, of one size whatever the count, so that it can be replaced when all rows are written.
// `attributes` are those beside the count, each with a blank before it.
std::string root_tag(std::string_view name, std::uint64_t count, std::string_view attributes);

// Which of the limits a record breaks, so that it could not be read back; "" if none.
std::string_view broken_limit(const Record& record, const Limits& limits);

using TextSink = std::function<void(std::string_view)>;

// Hands one row over in pieces, with the two blanks before it and the line end behind it. Part data never has to fit
// into memory. Any record can be written that breaks no limit.
class RowWriter {
 public:
  void write(const Record& record, const TextSink& out);

 private:
  void put_row(const Sms& sms);
  void put_row(const Mms& mms, bool outgoing, const TextSink& out);
  void put_row(const Call& call);
  void put_part(const MmsPart& part, const TextSink& out);
  void flush(const TextSink& out);

  std::string text_;
  std::string overrides_;
  std::string joined_;
};

}  // namespace smsbackup::stores::synctech
