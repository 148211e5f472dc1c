// Everything a source gives, in one batch.
#pragma once

#include <iterator>
#include <utility>

#include "smsbackup/source.hpp"

namespace smsbackup::test {

inline Batch read_all(Source& source, const Query& query = {}) {
  Batch all;
  const auto cursor = source.open(query);
  for (Batch batch; cursor->next(batch); batch.clear()) {
    for (auto& record : batch.records) all.add(std::move(record));
    for (std::size_t i = 0; i < batch.positions.size(); ++i) all.positions.push_back(batch.positions[i]);
    std::move(batch.problems.begin(), batch.problems.end(), std::back_inserter(all.problems));
    all.filtered += batch.filtered;
    all.foreign += batch.foreign;
  }
  return all;
}

inline Sms text_message(std::string body, std::int64_t date = 1691475216525) {
  Sms sms;
  sms.address = "+4915112345678";
  sms.date = date;
  sms.type = sms_inbox;
  sms.read = 1;
  sms.body = std::move(body);
  return sms;
}

}  // namespace smsbackup::test
