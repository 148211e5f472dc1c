// Column<T> is one cell of a row of Android's content providers: it has a value, is SQL NULL, or is absent because the
// place the row came from has no such column. The three are kept apart, so that what goes back is what came.
//
// A plain value: copy it, compare it, hand it to another thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace smsbackup {

struct Null {
  friend constexpr bool operator==(Null, Null) noexcept { return true; }
};
inline constexpr Null null{};

template <class T>
class Column {
 public:
  constexpr Column() noexcept = default;                                         // absent
  constexpr Column(Null) noexcept : state_(State::sql_null) {}                   // NOLINT: reads as an assignment
  constexpr Column(T value) : value_(std::move(value)), state_(State::value) {}  // NOLINT
  // Lets text be written as one expects: sms.body = "see you";
  constexpr Column(const char* value)  // NOLINT
      requires std::constructible_from<T, const char*> : value_(value),
                                                         state_(State::value) {}
  Column(std::nullptr_t) requires std::constructible_from<T, const char*>
  = delete;  // SQL NULL is smsbackup::null

  constexpr bool is_absent() const noexcept { return state_ == State::absent; }
  constexpr bool is_null() const noexcept { return state_ == State::sql_null; }
  constexpr bool has_value() const noexcept { return state_ == State::value; }

  // The value. Only when has_value(); otherwise a default T.
  constexpr const T& value() const noexcept { return value_; }
  constexpr const T& operator*() const noexcept { return value_; }
  constexpr const T* operator->() const noexcept { return &value_; }
  constexpr T value_or(T other) const { return has_value() ? value_ : std::move(other); }

  // Makes it a value (an empty one if it had none) and gives that to write into.
  constexpr T& emplace() {
    if (!has_value()) value_ = T{};
    state_ = State::value;
    return value_;
  }
  constexpr void reset() { *this = Column(); }

  friend constexpr bool operator==(const Column& a, const Column& b) {
    return a.state_ == b.state_ && (a.state_ != State::value || a.value_ == b.value_);
  }

 private:
  enum class State : std::uint8_t { absent, sql_null, value };
  T value_{};
  State state_ = State::absent;
};

using Integer = Column<std::int64_t>;

// Text as a phone holds it. The bytes are UTF-8; half surrogate pairs, which Java strings can hold, are kept in their
// three-byte form (WTF-8), and bytes that are no text at all are kept as they are.
using Text = Column<std::string>;

}  // namespace smsbackup
