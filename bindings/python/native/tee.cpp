// Several sinks as one, as Python holds them.
#include "smsbackup/tee_sink.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host_object.hpp"
#include "module.hpp"
#include "place.hpp"

namespace smsbackup::python {
namespace {

using Parts = std::vector<std::shared_ptr<Place>>;

// Has all that a Store has, because a Place is one; reading from it is refused.
class TeeStore final : public Store {
 public:
  // Cancelling `cancel` cancels the parts.
  TeeStore(const Parts& parts, CancelToken& cancel) : tee_(sinks_of(parts)) {
    for (const auto& part : parts) {
      if (!part->waits()) continue;
      linked_.push_back(cancel.on_cancel([token = part->cancel()]() mutable { token.cancel(); }));
    }
  }

  std::unique_ptr<Cursor> open(const Query&) override {
    throw Error(ErrorCode::unsupported, "reading " + name() + ": several sinks are no source");
  }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    tee_.keys(query, policy, visit);
  }
  std::optional<Record> fetch(std::string_view locator) override { return tee_.fetch(locator); }
  Outcomes write(std::span<const Record> records) override { return tee_.write(records); }
  Outcomes write_ahead(std::span<const Record> records) override { return tee_.write_ahead(records); }
  Outcomes settle() override { return tee_.settle(); }
  void finish() override { tee_.finish(); }
  bool takes(RecordType type) const override { return tee_.takes(type); }
  Durability durability() const override { return tee_.durability(); }
  bool is_empty() override { return tee_.is_empty(); }
  std::string name() const override { return tee_.name(); }

 private:
  static std::vector<Sink*> sinks_of(const Parts& parts) {
    std::vector<Sink*> sinks;
    for (const auto& part : parts) sinks.push_back(&part->store());
    return sinks;
  }

  TeeSink tee_;
  std::vector<std::unique_ptr<CancelToken::Subscription>> linked_;
};

}  // namespace

void bind_tee(py::module_& m) {
  m.def(
      "make_tee",
      [](const py::iterable& sinks) {
        Parts parts;
        bool waits = false;
        for (const py::handle sink : sinks) {
          parts.push_back(place_of(py::reinterpret_borrow<py::object>(sink)));
          waits = waits || parts.back()->waits();
        }
        CancelToken cancel;
        auto store = std::make_unique<TeeStore>(parts, cancel);
        return native_store(std::make_shared<Place>(std::move(store), cancel, waits, std::move(parts)));
      },
      py::arg("sinks"));
}

}  // namespace smsbackup::python
