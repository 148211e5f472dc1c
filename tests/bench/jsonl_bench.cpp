// Records to JSON lines and back, in bytes of JSON a second.
#include <benchmark/benchmark.h>

#include "smsbackup/columns.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup {
namespace {

Record sms() {
  Sms sms;
  const auto set = [&](std::string_view name, std::string_view text) { set_column(sms, name, text); };
  set("_id", "12345");
  set("thread_id", "321");
  set("address", "+4915112345678");
  set("date", "1706950000123");
  set("date_sent", "1706949999000");
  set("protocol", "0");
  set("read", "1");
  set("status", "-1");
  set("type", "1");
  set("reply_path_present", "0");
  set("body",
      "Shall we meet at the station at seven? I'll bring the \"good\" map, and something to eat \xf0\x9f\x98\x80");
  set("service_center", "+491760000443");
  set("locked", "0");
  set("sub_id", "1");
  set("error_code", "0");
  set("creator", "com.google.android.apps.messaging");
  set("seen", "1");
  sms.subject = null;
  return sms;
}

Record mms_with_picture() {
  Mms mms;
  mms.date = 1706950100000;
  mms.m_type = 132;
  mms.addresses.resize(2);
  mms.addresses[0].type = 137;
  mms.parts.resize(1);
  mms.parts[0].ct = "image/jpeg";
  mms.parts[0].data = Blob(std::string(200'000, '\xd8'));
  return mms;
}

void write(benchmark::State& state, const Record& record) {
  std::string line;
  for (auto _ : state) {
    line.clear();
    to_json(record, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetBytesProcessed(state.iterations() * line.size());
}

void read(benchmark::State& state, const Record& record) {
  std::string line;
  to_json(record, line);
  for (auto _ : state) benchmark::DoNotOptimize(from_json(line));
  state.SetBytesProcessed(state.iterations() * line.size());
}

BENCHMARK_CAPTURE(write, sms, sms());
BENCHMARK_CAPTURE(read, sms, sms());
BENCHMARK_CAPTURE(write, mms_with_picture, mms_with_picture());
BENCHMARK_CAPTURE(read, mms_with_picture, mms_with_picture());

void find_columns(benchmark::State& state) {
  for (auto _ : state) {
    for (const ColumnOf<Call>& column : columns_of<Call>()) {
      std::string_view name = column.name;
      benchmark::DoNotOptimize(name);
      benchmark::DoNotOptimize(find_column<Call>(name));
    }
  }
  state.SetItemsProcessed(state.iterations() * columns_of<Call>().size());
}
BENCHMARK(find_columns);

}  // namespace
}  // namespace smsbackup
