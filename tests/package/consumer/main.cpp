#include <smsbackup/smsbackup.hpp>

#include <cstdio>

int main() {
  smsbackup::Sms sms;
  sms.address = std::string("+15550100");
  sms.body = std::string("installed");
  sms.date = 1'600'000'000'000;
  sms.type = smsbackup::sms_inbox;

  smsbackup::MemoryStore phone({sms});
  smsbackup::MemoryStore archive;
  const smsbackup::Report report = smsbackup::transfer(phone, archive);
  std::printf("smsbackup %s: %llu written\n", smsbackup::version(), static_cast<unsigned long long>(report.sms.written));
  return report.complete() && archive.records().size() == 1 ? 0 : 1;
}
