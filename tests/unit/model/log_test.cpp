#include "smsbackup/log.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/logger.hpp"

namespace smsbackup {
namespace {

using Lines = std::vector<std::pair<LogLevel, std::string>>;

TEST(Log, HandsMessagesToTheHostsSink) {
  Lines lines;
  set_log_sink([&](LogLevel level, std::string_view message) { lines.emplace_back(level, message); });
  model::logger().debug("below the level");
  model::logger().info("{} records", 3);
  model::logger().warn("careful");
  model::logger().error("bad");
  set_log_sink({});
  model::logger().error("after the sink has gone");
  EXPECT_EQ(lines, (Lines{{LogLevel::info, "3 records"}, {LogLevel::warning, "careful"}, {LogLevel::error, "bad"}}));
}

TEST(Log, LetsTheHostChooseTheLevel) {
  Lines lines;
  set_log_sink([&](LogLevel level, std::string_view message) { lines.emplace_back(level, message); }, LogLevel::trace);
  model::logger().trace("a");
  set_log_sink([&](LogLevel level, std::string_view message) { lines.emplace_back(level, message); }, LogLevel::off);
  model::logger().error("b");
  set_log_sink({});
  EXPECT_EQ(lines, (Lines{{LogLevel::trace, "a"}}));
}

TEST(Log, SurvivesASinkThatThrows) {
  set_log_sink([](LogLevel, std::string_view) { throw std::runtime_error("host"); });
  testing::internal::CaptureStderr();
  EXPECT_NO_THROW(model::logger().error("x"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  set_log_sink({});
}

}  // namespace
}  // namespace smsbackup
