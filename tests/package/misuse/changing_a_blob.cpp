#include "smsbackup/blob.hpp"

void change(const smsbackup::Blob& blob) {
#ifdef MISUSE
  blob.append("more");  // blobs are shared, so they never change
#else
  smsbackup::BlobWriter writer;
  writer.append("more");
#endif
}
