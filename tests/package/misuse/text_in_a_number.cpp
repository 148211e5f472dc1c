#include "smsbackup/record.hpp"

smsbackup::Sms make() {
  smsbackup::Sms sms;
#ifdef MISUSE
  sms.date = "yesterday";  // goes through set_column(), which keeps it in extras
#else
  sms.date = 1'600'000'000'000;
#endif
  return sms;
}
