// The tokens of one call: the caller's own, if he gave one, and one that ends with the call, which Ctrl-C cancels, too.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "smsbackup/cancel.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Cancelled when the token given is, and otherwise on its own.
class LinkedToken {
 public:
  // None or a smsbackup.CancelToken.
  explicit LinkedToken(const py::object& outer);
  explicit LinkedToken(const CancelToken* outer);

  const CancelToken& token() const noexcept { return token_; }

 private:
  CancelToken token_;
  std::unique_ptr<CancelToken::Subscription> subscription_;
};

}  // namespace smsbackup::python
