// The Error that a call ends with.
#pragma once

#include <gtest/gtest.h>

#include <ostream>

#include "smsbackup/error.hpp"

namespace smsbackup {

inline void PrintTo(ErrorCode code, std::ostream* out) { *out << to_string(code); }

namespace test {

template <class Call>
Error thrown_by(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorCode::internal, "nothing was thrown"};
}

}  // namespace test
}  // namespace smsbackup
