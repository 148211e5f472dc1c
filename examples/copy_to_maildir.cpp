// Copies phone backup files into a mail archive; records that are there already are left out.
//
//   copy_to_maildir sms.xml archive
#include <iostream>

#include "smsbackup/smsbackup.hpp"

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: copy_to_maildir FILE FOLDER\n";
    return 2;
  }
  const auto from = smsbackup::open_store(argv[1], smsbackup::Access::read);
  smsbackup::MaildirStore archive(argv[2], smsbackup::Access::write);

  const smsbackup::Report report = smsbackup::transfer(*from, archive);

  std::cout << report.total().written << " written, " << report.total().duplicate << " there already\n";
  for (const smsbackup::Problem& problem : report.problems) std::cout << problem.where << ": " << problem.why << "\n";
  return report.complete() ? 0 : 1;
} catch (const smsbackup::Error& error) {
  std::cerr << error.what() << "\n" << error.hint() << "\n";
  return 1;
}
