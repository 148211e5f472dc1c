#include "smsbackup/log.hpp"

#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "model/logger.hpp"

namespace smsbackup {
namespace {

LogLevel from_spdlog(spdlog::level::level_enum level) noexcept {
  switch (level) {
    case spdlog::level::trace:
      return LogLevel::trace;
    case spdlog::level::debug:
      return LogLevel::debug;
    case spdlog::level::info:
      return LogLevel::info;
    case spdlog::level::warn:
      return LogLevel::warning;
    case spdlog::level::err:
    case spdlog::level::critical:
      return LogLevel::error;
    default:
      return LogLevel::off;
  }
}

spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

// The logger keeps this one sink for ever, and only what it calls is exchanged: a logger's own list of sinks may not
// change while another thread logs.
class HostSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void install(LogSink host) {
    const std::lock_guard lock(mutex_);
    std::swap(host_, host);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (host_) host_(from_spdlog(message.level), {message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  LogSink host_;
};

struct Logging {
  std::shared_ptr<HostSink> host = std::make_shared<HostSink>();
  spdlog::logger logger{"smsbackup", host};

  Logging() {
    logger.set_level(spdlog::level::off);
    // spdlog would print to stderr what a host's sink throws.
    logger.set_error_handler([](const std::string&) {});
  }
};

// Never destroyed: whoever logs while the process ends still finds it.
Logging& logging() {
  static auto* const instance = new Logging;
  return *instance;
}

}  // namespace

spdlog::logger& model::logger() { return logging().logger; }

void set_log_sink(LogSink sink, LogLevel level) {
  Logging& target = logging();
  if (!sink) level = LogLevel::off;
  target.logger.set_level(spdlog::level::off);
  target.host->install(std::move(sink));
  target.logger.set_level(to_spdlog(level));
}

}  // namespace smsbackup
