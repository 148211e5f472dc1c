// A Place is a store as Python holds it: closed when told, used by one thread at a time, and alive as long as anything
// that reads from it.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "smsbackup/cancel.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup::python {

namespace py = pybind11;

class Reading;

class Place {
 public:
  // `waits` if its work may block for long on something that the token ends. The store may be made of `parts`, which
  // are in use whenever it is.
  Place(std::unique_ptr<Store> store, CancelToken cancel, bool waits, std::vector<std::shared_ptr<Place>> parts = {});

  // Throws Error(invalid_argument) if it is closed.
  Store& store() const;
  bool is_closed() const noexcept { return store_ == nullptr; }
  // Ends the pass that is going on, then the store. Throws Error(busy) while somebody works with it.
  void close();

  const CancelToken& cancel() const noexcept { return cancel_; }
  bool waits() const noexcept { return waits_; }
  const std::string& name() const noexcept { return name_; }

  // A store is read by one pass at a time: a new one ends the one before.
  void begin_pass(const std::shared_ptr<Reading>& reading);

 private:
  friend class Lease;
  std::vector<std::shared_ptr<Place>> parts_;  // outlive the store
  std::unique_ptr<Store> store_;
  CancelToken cancel_;
  bool waits_;
  std::string name_;
  std::atomic<bool> in_use_ = false;
  std::weak_ptr<Reading> pass_;
};

// The right to work with a place and its parts, for as long as it lives. Throws Error(busy) if another thread has it,
// or a callback that this very work has called; Error(invalid_argument) if a part is closed.
class Lease {
 public:
  explicit Lease(std::shared_ptr<Place> place);
  ~Lease();
  Lease(Lease&& other) noexcept : place_(std::exchange(other.place_, nullptr)), parts_(std::move(other.parts_)) {}
  Lease& operator=(Lease&&) = delete;

  Store& store() const { return place_->store(); }

 private:
  std::shared_ptr<Place> place_;
  std::vector<Lease> parts_;
};

// What Python holds of a store that was opened natively.
py::object native_store(std::shared_ptr<Place> place);

// The place of a native store, or one around an object of host code (host_store.hpp).
std::shared_ptr<Place> place_of(const py::object& store);

}  // namespace smsbackup::python
