// Records that stores have stumbled over: every hostile text in every kind of place, every shape of an MMS, and a few
// hundred made at random.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "random_record.hpp"

namespace smsbackup::test {

inline Sms plain_sms(int number) {
  Sms sms;
  sms.id = number;
  sms.address = "+1555" + std::to_string(1'000'000 + number % 50);
  sms.date = 1600000000123 + number * 60'017LL;
  sms.date_sent = 1600000000000 + number * 60'000LL;
  sms.read = 1;
  sms.type = number % 3 == 0 ? sms_sent : sms_inbox;
  sms.body = "message number " + std::to_string(number);
  sms.service_center = null;
  return sms;
}

inline Mms plain_mms(int number) {
  Mms mms;
  mms.id = number;
  mms.date = 1600000000000 + number * 61'000LL;
  mms.msg_box = number % 2 == 0 ? mms_inbox : mms_sent;
  mms.m_type = number % 2 == 0 ? mms_retrieve_conf : mms_send_req;
  mms.m_id = "id" + std::to_string(number) + "@mms.example";
  MmsAddress from;
  from.address = "+15550100";
  from.type = mms_from;
  from.charset = 106;
  MmsAddress to = from;
  to.address = std::string(insert_address_token);
  to.type = mms_to;
  mms.addresses = {from, to};
  MmsPart text;
  text.seq = 0;
  text.ct = "text/plain";
  text.chset = 106;
  text.text = "picture number " + std::to_string(number);
  MmsPart picture;
  picture.seq = 1;
  picture.ct = "image/jpeg";
  picture.name = "picture.jpg";
  picture.text = null;
  picture.data = Blob("\xff\xd8\xff\xe0 picture " + std::to_string(number));
  mms.parts = {text, picture};
  return mms;
}

inline Call plain_call(int number) {
  Call call;
  call.id = number;
  call.number = "+1555" + std::to_string(2'000'000 + number % 50);
  call.date = 1600000000456 + number * 62'003LL;
  call.duration = number % 600;
  call.type = number % 3 + 1;
  call.name = null;
  return call;
}

// SMS, MMS and calls in turn; no two of them are the same by any policy.
inline std::vector<Record> plain_records(int count, int first = 0) {
  std::vector<Record> records;
  for (int number = first; number < first + count; ++number) {
    if (number % 5 == 3) {
      records.emplace_back(plain_mms(number));
    } else if (number % 5 == 4) {
      records.emplace_back(plain_call(number));
    } else {
      records.emplace_back(plain_sms(number));
    }
  }
  return records;
}

// A text in each place where a record has one that people write.
inline void add_hostile_text(const std::string& text, int number, std::vector<Record>& records) {
  Sms body = plain_sms(number);
  body.body = text;
  records.emplace_back(body);
  Sms address = plain_sms(number);
  address.address = text;
  records.emplace_back(address);
  Sms extra = plain_sms(number);
  extra.extras["vendor_column"] = text;
  records.emplace_back(extra);

  Mms mms = plain_mms(number);
  mms.sub = text;
  mms.addresses[0].address = text;
  mms.parts[0].text = text;
  mms.parts[1].name = text;
  mms.parts[1].data = Blob(text);
  records.emplace_back(mms);
  Mms unnamed = plain_mms(number);
  unnamed.parts[1].ct = text;
  unnamed.parts[1].cid = text;
  unnamed.m_id = text;
  records.emplace_back(unnamed);

  Call call = plain_call(number);
  call.number = text;
  call.name = text;
  records.emplace_back(call);
}

inline void add_shapes_of_mms(std::vector<Record>& records) {
  int number = 20'000;
  const auto next = [&] { return plain_mms(number += 2); };
  Mms no_parts = next();
  no_parts.parts.clear();
  records.emplace_back(no_parts);
  Mms nobody = next();
  nobody.addresses.clear();
  records.emplace_back(nobody);
  Mms nothing = next();
  nothing.parts.clear();
  nothing.addresses.clear();
  records.emplace_back(nothing);
  Mms one_part = next();
  one_part.parts.resize(1);
  records.emplace_back(one_part);
  Mms many = next();
  for (int i = 0; i < 50; ++i) {
    MmsPart part = one_part.parts[0];
    part.text = "part " + std::to_string(i);
    many.parts.push_back(part);
  }
  records.emplace_back(many);
  Mms empty_part = next();
  empty_part.parts = {MmsPart{}};
  records.emplace_back(empty_part);
  Mms no_data = next();
  no_data.parts[1].data.reset();
  records.emplace_back(no_data);
  Mms empty_data = next();
  empty_data.parts[1].data = Blob();
  records.emplace_back(empty_data);
  Mms text_and_data = next();
  text_and_data.parts[0].data = Blob("the file says otherwise");
  records.emplace_back(text_and_data);
  Mms data_only = next();
  data_only.parts[0].text = null;
  data_only.parts[0].data = Blob("text in the file");
  records.emplace_back(data_only);
  Mms empty_text = next();
  empty_text.parts[0].text = "";
  records.emplace_back(empty_text);
  Mms null_text = next();
  null_text.parts[0].text = null;
  records.emplace_back(null_text);
  Mms absent_text = next();
  absent_text.parts[0].text = {};
  records.emplace_back(absent_text);
  Mms half_second = next();
  half_second.date = 1600000000500;
  half_second.date_sent = 1599999999999;
  records.emplace_back(half_second);
  Mms sender_last = next();
  std::swap(sender_last.addresses[0], sender_last.addresses[1]);
  records.emplace_back(sender_last);
  Mms same_twice = next();
  same_twice.addresses.push_back(same_twice.addresses[0]);
  same_twice.addresses.push_back(MmsAddress{});
  records.emplace_back(same_twice);
  Mms smil = next();
  MmsPart layout;
  layout.seq = -1;
  layout.ct = "application/smil";
  layout.text = "<smil><body><par dur=\"5s\"><img src='a&amp;b'/></par></body></smil>";
  smil.parts.insert(smil.parts.begin(), layout);
  records.emplace_back(smil);
}

inline std::vector<Record> hazards() {
  std::vector<Record> records = {Sms{}, Mms{}, Call{}};
  int number = 10'000;
  for (const std::string_view text : hostile_texts) {
    add_hostile_text(std::string(text), number, records);
    number += 5;
  }
  add_hostile_text(std::string(200'000, 'x'), number, records);
  for (const std::string_view name : hostile_names) {
    Sms sms = plain_sms(number += 5);
    sms.extras[std::string(name)] = "value";
    records.emplace_back(sms);
    sms.extras[std::string(name)] = std::nullopt;
    records.emplace_back(sms);
  }
  add_shapes_of_mms(records);
  RandomRecords random(2024);
  for (int i = 0; i < 300; ++i) records.push_back(random.next());
  return records;
}

}  // namespace smsbackup::test
