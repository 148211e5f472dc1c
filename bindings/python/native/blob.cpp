#include "blob.hpp"

#include <algorithm>

#include "host_object.hpp"
#include "module.hpp"

namespace smsbackup::python {
namespace {

class Buffer {
 public:
  explicit Buffer(py::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  }
  ~Buffer() { PyBuffer_Release(&view_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  std::string_view bytes() const { return {static_cast<const char*>(view_.buf), static_cast<std::size_t>(view_.len)}; }

 private:
  Py_buffer view_{};
};

py::bytes read(const PythonBlob& self, std::uint64_t offset, std::int64_t size) {
  const std::uint64_t left = self.blob().size() - std::min(offset, self.blob().size());
  const std::uint64_t wanted = size < 0 ? left : std::min(left, static_cast<std::uint64_t>(size));
  std::string bytes(wanted, '\0');
  const std::size_t count = without_gil([&] { return self.blob().read(offset, bytes); });
  return py::bytes(bytes.data(), count);
}

PythonBlob from_file(const py::object& file) {
  BlobWriter writer;
  constexpr int piece = 1 << 20;
  for (;;) {
    const py::object bytes = file.attr("read")(piece);
    const Buffer buffer(bytes);
    if (buffer.bytes().empty()) break;
    without_gil([&] { writer.append(buffer.bytes()); });
  }
  return PythonBlob(writer.finish());
}

}  // namespace

std::string_view PythonBlob::view() const {
  if (blob_.in_memory()) {
    std::string_view all;
    blob_.for_each_chunk([&](std::string_view bytes) { all = bytes; });
    return all;
  }
  if (!loaded_) {
    auto loaded = without_gil([&] { return std::make_unique<std::string>(blob_.bytes()); });
    if (!loaded_) loaded_ = std::move(loaded);
  }
  return *loaded_;
}

Blob blob_from(py::handle data) {
  if (py::isinstance<PythonBlob>(data)) return data.cast<const PythonBlob&>().blob();
  const Buffer buffer(data);
  BlobWriter writer;
  writer.append(buffer.bytes());
  return writer.finish();
}

void bind_blob(py::module_& m) {
  py::class_<PythonBlob>(m, "Blob", py::buffer_protocol(), py::is_final(),
                         R"(The bytes of an MMS part: in memory while small, in an unnamed temporary file above 256 KiB.

A bytes-like object: bytes(blob), memoryview(blob) and file.write(blob) work. Those of a blob in memory copy nothing; a large
one is read from its file once and then kept, so prefer read() and chunks() for it. Reading raises StorageError when the
temporary file fails.

>>> import smsbackup
>>> blob = smsbackup.Blob(b"\xff\xd8 picture")
>>> len(blob), bytes(memoryview(blob)[:2])
(10, b'\xff\xd8')
)")
      .def(py::init([](const py::object& data) { return PythonBlob(blob_from(data)); }), py::arg("data") = py::bytes(),
           py::pos_only())
      .def_static("from_file", &from_file, py::arg("file"), py::pos_only(),
                  "Takes all that a binary file object still has, piece by piece.")
      .def("__len__", [](const PythonBlob& self) { return self.blob().size(); })
      .def("__eq__",
           [](const PythonBlob& self, const py::object& other) -> py::object {
             if (py::isinstance<PythonBlob>(other)) {
               const Blob& theirs = other.cast<const PythonBlob&>().blob();
               return py::bool_(without_gil([&] { return self.blob() == theirs; }));
             }
             if (PyObject_CheckBuffer(other.ptr()) == 0) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             return py::bool_(self.view() == Buffer(other).bytes());
           })
      .def("__hash__", [](const PythonBlob& self) { return py::hash(py::bytes(self.view())); })
      .def(
          "__repr__",
          [](const PythonBlob& self) { return "<smsbackup.Blob of " + std::to_string(self.blob().size()) + " bytes>"; })
      .def("__reduce__",
           [](const py::object& self) {
             return py::make_tuple(py::type::of(self),
                                   py::make_tuple(py::bytes(self.cast<const PythonBlob&>().view())));
           })
      .def("read", &read, py::arg("offset") = 0, py::arg("size") = -1,
           "Up to `size` bytes (all that follow, if negative) from `offset` on; b'' at the end.")
      .def_property_readonly(
          "in_memory", [](const PythonBlob& self) { return self.blob().in_memory(); },
          "False for a large blob, whose bytes are in a temporary file.")
      .def_buffer([](const PythonBlob& self) {
        const std::string_view bytes = self.view();
        return py::buffer_info(reinterpret_cast<const unsigned char*>(bytes.data()),
                               static_cast<py::ssize_t>(bytes.size()));
      });
}

}  // namespace smsbackup::python
