#include "smsbackup/sink.hpp"

class Half : public smsbackup::Sink {
 public:
  void keys(const smsbackup::Query&, const smsbackup::DedupPolicy&, const KeyVisitor&) override {}
#ifndef MISUSE
  smsbackup::Outcomes write(std::span<const smsbackup::Record> records) override {
    return smsbackup::Outcomes(records.size());
  }
#endif
  std::string name() const override { return "half"; }
};

void use() { Half sink; }
