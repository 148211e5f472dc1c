// The public sample files of duplicates, end to end: through the reader of SyncTech XML and the pipeline
// (tests/data/synctech-xml/SOURCES.md).
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "smsbackup/memory_store.hpp"
#include "smsbackup/synctech_xml_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {
namespace {

struct Sample {
  std::vector<std::string> files;
  Counts sms;
  Counts mms;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.files.front(); }

class SampleFiles : public testing::TestWithParam<Sample> {};

TEST_P(SampleFiles, HoldTheDuplicatesThatTheirNamesSay) {
  std::vector<std::unique_ptr<SynctechXmlStore>> stores;
  std::vector<Source*> sources;
  for (const std::string& file : GetParam().files) {
    stores.push_back(std::make_unique<SynctechXmlStore>(
        std::filesystem::path(SMSBACKUP_TEST_DATA) / "synctech-xml" / file, Access::read));
    sources.push_back(stores.back().get());
  }
  MemoryStore to;
  const Report report = transfer(sources, to);
  EXPECT_EQ(report.sms, GetParam().sms);
  EXPECT_EQ(report.mms, GetParam().mms);
  EXPECT_TRUE(report.adds_up());
}

// read, filtered, duplicate, written, failed
INSTANTIATE_TEST_SUITE_P(
    Synctech, SampleFiles,
    testing::Values(
        Sample{{"ragibson-alternate_country_code.xml"}, {2, 0, 1, 1, 0}, {2, 0, 1, 1, 0}},
        Sample{{"ragibson-missing_country_code.xml"}, {2, 0, 1, 1, 0}, {2, 0, 1, 1, 0}},
        Sample{{"ragibson-different_smil_format.xml"}, {}, {10, 0, 9, 1, 0}},
        Sample{{"ragibson-multi_file_part1.xml", "ragibson-multi_file_part2.xml"}, {4, 0, 1, 3, 0}, {2, 0, 1, 1, 0}},
        Sample{{"ragibson-multiple_duplicates.xml"}, {4, 0, 3, 1, 0}, {3, 0, 2, 1, 0}},
        Sample{{"ragibson-whitespace_duplicates.xml"}, {5, 0, 4, 1, 0}, {5, 0, 4, 1, 0}},
        Sample{{"fkleon-sms-non-dupes.xml"}, {2, 0, 0, 2, 0}, {}},
        Sample{{"fkleon-sms-non-dupes-2.xml"}, {2, 0, 0, 2, 0}, {}}, Sample{{"radj-sms.xml"}, {2, 0, 1, 1, 0}, {}}),
    [](const testing::TestParamInfo<Sample>& sample) {
      std::string name = sample.param.files.front();
      for (char& c : name) {
        if (c == '-' || c == '.') c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace smsbackup
