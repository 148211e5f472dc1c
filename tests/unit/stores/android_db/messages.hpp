// Messages as tests want them: what matters in a line.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "smsbackup/record.hpp"

namespace smsbackup::test {

inline Sms sms(std::string address, std::int64_t date, std::string body, std::int64_t type = sms_inbox) {
  Sms sms;
  sms.address = std::move(address);
  sms.date = date;
  sms.type = type;
  sms.read = 1;
  sms.body = std::move(body);
  return sms;
}

inline MmsAddress party(std::string address, std::int64_t type) {
  MmsAddress party;
  party.address = std::move(address);
  party.type = type;
  party.charset = 106;
  return party;
}

inline Mms mms(std::int64_t date, std::int64_t box, std::vector<MmsAddress> addresses) {
  Mms mms;
  mms.date = date;
  mms.msg_box = box;
  mms.read = 1;
  mms.m_type = box == mms_inbox ? mms_retrieve_conf : mms_send_req;
  mms.addresses = std::move(addresses);
  MmsPart text;
  text.ct = "text/plain";
  text.text = "hello";
  mms.parts = {text};
  return mms;
}

inline MmsPart file_part(std::string type, std::string location, std::string bytes) {
  MmsPart part;
  part.ct = std::move(type);
  part.cl = std::move(location);
  part.data = Blob(std::move(bytes));
  return part;
}

}  // namespace smsbackup::test
