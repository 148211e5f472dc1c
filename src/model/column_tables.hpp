// The typed columns of each row in the provider's order, known at compile time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "smsbackup/columns.hpp"

namespace smsbackup::model {

template <class Row>
constexpr ColumnOf<Row> column(std::string_view name, Integer Row::*member, Unit unit = Unit::none) {
  return {name, member, nullptr, unit};
}
template <class Row>
constexpr ColumnOf<Row> column(std::string_view name, Text Row::*member) {
  return {name, nullptr, member, Unit::none};
}

// What an integer column of that unit holds for the provider's text; nothing if it can't hold it.
std::optional<std::int64_t> member_value(std::string_view text, Unit unit) noexcept;

template <class Row>
struct Table;

template <>
struct Table<Sms> {
  static constexpr std::array columns{
      column("_id", &Sms::id),
      column("thread_id", &Sms::thread_id),
      column("address", &Sms::address),
      column("person", &Sms::person),
      column("date", &Sms::date, Unit::milliseconds),
      column("date_sent", &Sms::date_sent, Unit::milliseconds),
      column("protocol", &Sms::protocol),
      column("read", &Sms::read),
      column("status", &Sms::status),
      column("type", &Sms::type),
      column("reply_path_present", &Sms::reply_path_present),
      column("subject", &Sms::subject),
      column("body", &Sms::body),
      column("service_center", &Sms::service_center),
      column("locked", &Sms::locked),
      column("sub_id", &Sms::sub_id),
      column("error_code", &Sms::error_code),
      column("creator", &Sms::creator),
      column("seen", &Sms::seen),
  };
};

template <>
struct Table<Mms> {
  static constexpr std::array columns{
      column("_id", &Mms::id),
      column("thread_id", &Mms::thread_id),
      column("date", &Mms::date, Unit::seconds),
      column("date_sent", &Mms::date_sent, Unit::seconds),
      column("msg_box", &Mms::msg_box),
      column("read", &Mms::read),
      column("m_id", &Mms::m_id),
      column("sub", &Mms::sub),
      column("sub_cs", &Mms::sub_cs),
      column("ct_t", &Mms::ct_t),
      column("ct_l", &Mms::ct_l),
      column("exp", &Mms::exp),
      column("m_cls", &Mms::m_cls),
      column("m_type", &Mms::m_type),
      column("v", &Mms::v),
      column("m_size", &Mms::m_size),
      column("pri", &Mms::pri),
      column("rr", &Mms::rr),
      column("rpt_a", &Mms::rpt_a),
      column("resp_st", &Mms::resp_st),
      column("st", &Mms::st),
      column("tr_id", &Mms::tr_id),
      column("retr_st", &Mms::retr_st),
      column("retr_txt", &Mms::retr_txt),
      column("retr_txt_cs", &Mms::retr_txt_cs),
      column("read_status", &Mms::read_status),
      column("ct_cls", &Mms::ct_cls),
      column("resp_txt", &Mms::resp_txt),
      column("d_tm", &Mms::d_tm),
      column("d_rpt", &Mms::d_rpt),
      column("locked", &Mms::locked),
      column("sub_id", &Mms::sub_id),
      column("seen", &Mms::seen),
      column("creator", &Mms::creator),
      column("text_only", &Mms::text_only),
  };
};

template <>
struct Table<MmsAddress> {
  static constexpr std::array columns{
      column("_id", &MmsAddress::id),
      column("msg_id", &MmsAddress::msg_id),
      column("contact_id", &MmsAddress::contact_id),
      column("address", &MmsAddress::address),
      column("type", &MmsAddress::type),
      column("charset", &MmsAddress::charset),
  };
};

template <>
struct Table<MmsPart> {
  static constexpr std::array columns{
      column("_id", &MmsPart::id),          column("mid", &MmsPart::mid),     column("seq", &MmsPart::seq),
      column("ct", &MmsPart::ct),           column("name", &MmsPart::name),   column("chset", &MmsPart::chset),
      column("cd", &MmsPart::cd),           column("fn", &MmsPart::fn),       column("cid", &MmsPart::cid),
      column("cl", &MmsPart::cl),           column("ctt_s", &MmsPart::ctt_s), column("ctt_t", &MmsPart::ctt_t),
      column("_data", &MmsPart::data_path), column("text", &MmsPart::text),
  };
};

template <>
struct Table<Call> {
  static constexpr std::array columns{
      column("_id", &Call::id),
      column("number", &Call::number),
      column("presentation", &Call::presentation),
      column("post_dial_digits", &Call::post_dial_digits),
      column("via_number", &Call::via_number),
      column("date", &Call::date, Unit::milliseconds),
      column("duration", &Call::duration),
      column("data_usage", &Call::data_usage),
      column("type", &Call::type),
      column("features", &Call::features),
      column("subscription_component_name", &Call::subscription_component_name),
      column("subscription_id", &Call::subscription_id),
      column("phone_account_address", &Call::phone_account_address),
      column("phone_account_hidden", &Call::phone_account_hidden),
      column("sub_id", &Call::sub_id),
      column("new", &Call::is_new),
      column("name", &Call::name),
      column("numbertype", &Call::numbertype),
      column("numberlabel", &Call::numberlabel),
      column("countryiso", &Call::countryiso),
      column("voicemail_uri", &Call::voicemail_uri),
      column("is_read", &Call::is_read),
      column("geocoded_location", &Call::geocoded_location),
      column("lookup_uri", &Call::lookup_uri),
      column("matched_number", &Call::matched_number),
      column("normalized_number", &Call::normalized_number),
      column("photo_id", &Call::photo_id),
      column("photo_uri", &Call::photo_uri),
      column("formatted_number", &Call::formatted_number),
      column("last_modified", &Call::last_modified, Unit::milliseconds),
      column("transcription", &Call::transcription),
      column("block_reason", &Call::block_reason),
      column("missed_reason", &Call::missed_reason),
      column("priority", &Call::priority),
      column("subject", &Call::subject),
  };
};

// visit(cell) for each text column, unrolled.
template <class Row, class Visit>
constexpr void for_each_text_cell(const Row& row, Visit&& visit) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto one = [&]<std::size_t N>() {
      if constexpr (Table<Row>::columns[N].text != nullptr) visit(row.*Table<Row>::columns[N].text);
    };
    (one.template operator()<I>(), ...);
  }
  (std::make_index_sequence<Table<Row>::columns.size()>());
}

}  // namespace smsbackup::model
