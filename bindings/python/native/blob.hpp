// The bytes of an MMS part as Python has them: a Blob with the buffer protocol.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <string_view>

#include "smsbackup/blob.hpp"

namespace smsbackup::python {

namespace py = pybind11;

class PythonBlob {
 public:
  explicit PythonBlob(Blob blob) : blob_(std::move(blob)) {}
  const Blob& blob() const noexcept { return blob_; }

  // All bytes; lives as long as this object. Those in memory are not copied; those of a temporary file are read once.
  std::string_view view() const;

 private:
  Blob blob_;
  mutable std::unique_ptr<std::string> loaded_;
};

// From a Blob or a bytes-like object, which is copied.
Blob blob_from(py::handle data);

}  // namespace smsbackup::python
