#include "engine/left_behind.hpp"

namespace smsbackup::engine {

bool is_draft(const Record& record) noexcept {
  if (const auto* sms = std::get_if<Sms>(&record)) return sms->type == Integer(sms_draft);
  if (const auto* mms = std::get_if<Mms>(&record)) return mms->msg_box == Integer(mms_drafts);
  return false;
}

bool is_mms_report(const Record& record) noexcept {
  const auto* mms = std::get_if<Mms>(&record);
  if (mms == nullptr || !mms->m_type.has_value()) return false;
  return *mms->m_type != mms_send_req && *mms->m_type != mms_notification_ind && *mms->m_type != mms_retrieve_conf;
}

}  // namespace smsbackup::engine
