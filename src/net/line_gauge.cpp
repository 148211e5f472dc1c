#include "net/line_gauge.hpp"

#include <algorithm>

#include "net/deflate.hpp"

namespace smsbackup::net {
namespace {

using namespace std::chrono_literals;

// A judgement needs both; less may be chance.
constexpr auto enough_time = 500ms;
constexpr std::uint64_t enough_bytes = 64 << 10;
constexpr std::size_t sample_size = 64 << 10;
// What looks like a line of more bytes a second is mostly a server that takes its time.
constexpr double fastest_slow_line = 4e6;

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void LineGauge::moved(Way way, std::size_t bytes) {
  (way == Way::out ? out_ : in_).bytes += bytes;
  answer_is_due_ = way == Way::out;
}

void LineGauge::saw(Way way, std::string_view plain) {
  auto& sample = (way == Way::out ? out_ : in_).sample;
  if (sample.size() < sample_size) sample += plain.substr(0, sample_size - sample.size());
}

void LineGauge::waited(Way way, Duration time) {
  if (pays_) return;
  if (way == Way::in && answer_is_due_) {
    answer_is_due_ = false;
    return;
  }
  auto& traffic = way == Way::out ? out_ : in_;
  // Until the first wait, buffers on the way take all.
  if (traffic.waited == Duration(0)) traffic.bytes = 0;
  traffic.waited += time;
  if (traffic.waited < enough_time || traffic.bytes < enough_bytes) return;
  judge(traffic, way == Way::out ? in_ : out_);
  // The line may be another one in a while.
  out_ = {};
  in_ = {};
}

void LineGauge::judge(const Traffic& traffic, const Traffic& other) {
  // What goes the other way decides then.
  if (other.bytes > traffic.bytes || traffic.sample.empty()) return;
  const double rate = static_cast<double>(traffic.bytes) / seconds(traffic.waited);
  if (rate > fastest_slow_line) return;
  std::string packed;
  const auto begin = std::chrono::steady_clock::now();
  Deflater deflater;
  deflater.feed(traffic.sample, packed);
  deflater.flush(packed);
  const auto packing = seconds(std::chrono::steady_clock::now() - begin);
  const auto size = static_cast<double>(traffic.sample.size());
  pays_ = is_worth_packing(size / rate, packing, static_cast<double>(packed.size()) / size);
}

}  // namespace smsbackup::net
