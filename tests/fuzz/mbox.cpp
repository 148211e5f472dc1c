// Takes bytes for an mbox file and for what a plain path may hold. Whatever they are: mails come out in bounded memory,
// and a mail that is written comes back as it was.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "stores/detect_store.hpp"
#include "stores/input_file.hpp"
#include "stores/mail_headers.hpp"
#include "stores/mbox_format.hpp"

using namespace smsbackup::stores;

namespace {

// A file that is in memory only.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(::memfd_create("mbox", MFD_CLOEXEC)) {
    if (!file_ || ::write(file_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

 private:
  FileDescriptor file_;
};

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  detect_by_beginning(bytes);
  expect(header_section(bytes).size() <= bytes.size());
  header_value(bytes, "Message-ID");

  std::string again;
  std::uint64_t mails = 0;
  {
    const MemoryFile file(bytes);
    InputFile input(file.path());
    MboxReader reader(input, 1 << 16);
    for (std::uint64_t total = 0; reader.next(); ++mails) {
      total += reader.mail().size();
      expect(total <= bytes.size() && reader.mail().size() <= 1 << 16 && reader.offset() < bytes.size());
      // The end that a file without one at its end lacks is not the mail's.
      std::string mail(reader.mail());
      if (!mail.empty() && mail.back() != '\n') mail += '\n';
      again += mbox_from_line(static_cast<std::int64_t>(total));
      write_mbox_mail(mail, [&](std::string_view piece) { again += piece; });
    }
  }
  const MemoryFile file(again);
  InputFile input(file.path());
  MboxReader reader(input, 1 << 20);
  std::string third;
  std::uint64_t same = 0;
  for (; reader.next(); ++same) {
    third += mbox_from_line(0);
    write_mbox_mail(reader.mail(), [&](std::string_view piece) { third += piece; });
  }
  expect(same == mails);
  expect(third.size() == again.size());
  return 0;
}
