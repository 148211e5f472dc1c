// Expects that something throws an Error, and hands the Error out to look at.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "smsbackup/error.hpp"

namespace smsbackup::test {

template <class Act>
Error expect_error(ErrorCode code, Act&& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(code)) << error.what();
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorCode::internal, "nothing was thrown");
}

}  // namespace smsbackup::test
