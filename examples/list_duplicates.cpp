// Lists which records of a file are in it more than once, and why they count as the same. Writes nothing.
//
//   list_duplicates sms.xml
#include <iostream>

#include "smsbackup/smsbackup.hpp"

namespace {

class Listing final : public smsbackup::Observer {
 public:
  void on_duplicate(const smsbackup::Record& record, const smsbackup::Finding& finding,
                    std::string_view position) override {
    std::cout << position << ": " << to_string(smsbackup::type_of(record)) << ", " << finding.explanation << "\n";
  }
  bool wants_explanations() const override { return true; }
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: list_duplicates FILE\n";
    return 2;
  }
  const auto file = smsbackup::open_store(argv[1], smsbackup::Access::read);
  smsbackup::MemoryStore nothing;  // what is compared with: the file itself only
  smsbackup::TransferOptions options;
  options.dry_run = true;
  Listing listing;
  const smsbackup::Report report = smsbackup::transfer(*file, nothing, options, &listing);
  std::cout << report.total().duplicate << " of " << report.total().read << " records are duplicates\n";
} catch (const smsbackup::Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
