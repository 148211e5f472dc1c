// A source of one's own: messages typed as lines of "number<TAB>text", for example out of another program. Everything
// else (filters, duplicates, mail, reports) comes with transfer().
//
//   own_source archive < messages.txt
#include <iostream>
#include <string>

#include "smsbackup/smsbackup.hpp"

namespace {

class Lines final : public smsbackup::Cursor {
 public:
  bool next(smsbackup::Batch& out) override {
    std::string line;
    while (!out.full() && std::getline(std::cin, line)) {
      ++row_;
      const std::size_t tab = line.find('\t');
      if (tab == line.npos) {  // stands in the report; the others go on
        smsbackup::Problem problem;
        problem.where = "line " + std::to_string(row_);
        problem.why = "there is no tab in it";
        problem.raw = smsbackup::Blob(line);
        out.problems.push_back(problem);
        continue;
      }
      smsbackup::Sms sms;
      sms.address = line.substr(0, tab);
      sms.body = line.substr(tab + 1);
      sms.type = smsbackup::sms_inbox;
      sms.date = 1'700'000'000'000 + row_ * 1000;
      out.add(sms);
    }
    return !out.records.empty() || !out.problems.empty();
  }

 private:
  std::int64_t row_ = 0;
};

class LineSource final : public smsbackup::Source {
 public:
  std::unique_ptr<smsbackup::Cursor> open(const smsbackup::Query&) override { return std::make_unique<Lines>(); }
  bool reopenable() const override { return false; }
  std::string name() const override { return "typed lines"; }
};

}  // namespace

int main(int argc, char** argv) try {
  LineSource source;
  const auto sink = smsbackup::open_store(argc > 1 ? argv[1] : "jsonl:-", smsbackup::Access::write);
  const smsbackup::Report report = smsbackup::transfer(source, *sink);
  std::cerr << report.sms.written << " written\n";
  for (const smsbackup::Problem& problem : report.problems) std::cerr << problem.where << ": " << problem.why << "\n";
  return report.complete() ? 0 : 1;
} catch (const smsbackup::Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
