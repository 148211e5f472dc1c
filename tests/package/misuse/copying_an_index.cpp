#include "smsbackup/dedup.hpp"

smsbackup::KeyIndex make() {
  smsbackup::KeyIndex index;
#ifdef MISUSE
  smsbackup::KeyIndex copy = index;  // a second owner of the array
#endif
  return index;
}
